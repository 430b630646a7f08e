"""A frugal browser: keeps its cookies and its connection, reads hidden fields, counts bytes."""

import http.client
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's forms; of several with one name the last."""
        return dict(HIDDEN.findall(self.text))


@dataclass
class Browser:
    """One person's connection."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "10.1.0.1"
    last: str = "/"
    requests: int = 0

    def __post_init__(self) -> None:
        """Connect."""
        self._connection = http.client.HTTPConnection(self.host, self.port, timeout=60)

    def get(self, path: str, *, compressed: bool = False) -> Answer:
        """Ask for a page."""
        return self.ask("GET", path, None, {"accept-encoding": "br, gzip"} if compressed else {})

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), kind)

    def upload(self, path: str, csrf: str, name: str, kind: str, content: bytes) -> Answer:
        """Send a file."""
        edge = b"----portalbench"
        head = (
            b'--%s\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n%s\r\n--%s\r\n'
            b'content-disposition: form-data; name="file"; filename="%s"\r\ncontent-type: %s\r\n\r\n'
            % (edge, csrf.encode(), edge, name.encode(), kind.encode())
        )
        body = head + content + b"\r\n--" + edge + b"--\r\n"
        return self.ask("POST", path, body, {"content-type": f"multipart/form-data; boundary={edge.decode()}"})

    def follow(self, answer: Answer) -> Answer:
        """Go where a redirect leads."""
        return self.get(answer.headers["location"].partition("#")[0])

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a request and return the answer; cookies it sets are kept."""
        sent = {"host": f"{self.host}:{self.port}", "x-forwarded-for": self.address, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.requests += 1
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        self.last = path
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process's threads, to the nanosecond; children are not included."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def pss_mib(pid: int) -> float:
    """Return the proportional set size of a process in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(pid: int) -> list[int]:
    """Return the processes a process has started, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found
