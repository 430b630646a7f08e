"""What uploads cost: time to take one in, memory, decoding, and what others notice of them."""

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from e2e import papers
from e2e.server import Server, free_port
from tests.bench import journey
from tests.bench.client import Browser

ROUNDS = 9
MB = 1_000_000
SLOT = "medical_records.exam_report"
PEOPLE = ("13800000101", "13800000104", "13800000110", "13800000111")


def measure(server: Server) -> None:
    """Print everything; *server* is a portal that runs."""
    print("Uploads")
    with tempfile.TemporaryDirectory() as folder, saving("bare", folder) as bare, saving("ours", folder) as ours:
        for size in (3 * MB, 25 * MB):
            taking_in(bare, ours, size)
    decoding()
    senders = [sender(server, mobile) for mobile in PEOPLE]
    memory(server, senders)
    others(server, senders)


@contextmanager
def saving(name: str, folder: str) -> Iterator[int]:
    """Serve one of the two ways to take a file; yield its port."""
    port = free_port()
    data = Path(folder) / name
    data.mkdir()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.saving", name, str(port), str(data)])
    try:
        for _ in range(200):
            try:
                Browser("127.0.0.1", port).get("/")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def taking_in(bare: int, ours: int, size: int) -> None:
    """Print the time of an upload of *size* bytes, up to where it would be decoded, against a bare save."""
    content = papers.photo()[:1000] + bytes(size - 1000)
    browsers = [Browser("127.0.0.1", bare), Browser("127.0.0.1", ours)]
    tokens = ["", browsers[1].get("/").text]
    found: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for browser, csrf, times in zip(browsers, tokens, found, strict=True):
            started = time.monotonic()
            assert anew(browser).upload("/", csrf, "photo.jpg", "image/jpeg", content).status == 200
            times.append(time.monotonic() - started)
    plain, sealed = (statistics.median(times) for times in found)
    print(
        f"  {size // MB:3} MB taken in and on the disk          {sealed * 1e3:7.0f} ms"
        f"   {sealed / plain:5.2f} x a bare save with fsync (aim 2)"
    )


def decoding() -> None:
    """Print the CPU to make a photo safe, the sandbox included, against Pillow alone making the same two pictures.

    The child's work is measured here, because its CPU cannot be read from outside; the child
    itself is measured by its wall time with nothing to do, which is more than its CPU.
    """
    for name, content, aim in (("3 MB photo", papers.photo(), " (aim 1.2)"), ("small photo", papers.small_photo(), "")):
        safe, child, bare = asyncio.run(_decoded(content))
        print(
            f"  {name:12} made safe                 {(safe + child) * 1e3:7.0f} ms"
            f"   {(safe + child) / bare:5.2f} x Pillow alone{aim}, {child * 1e3:.0f} ms of it for the child"
        )


async def _decoded(content: bytes) -> tuple[float, float, float]:
    from portal.core.store import crypto, storage
    from portal.core.tools import sandbox
    from portal.documents.decode import cleaned

    with tempfile.TemporaryDirectory() as folder:
        if not crypto.key_file().exists():
            crypto.make_keys()
        path = Path(folder) / "sealed"
        sealer = storage.Sealer("sealed")
        path.write_bytes(sealer.head + sealer.write(content) + sealer.finish())
        sandbox.preload(["portal.documents.decode"])
        found: list[list[float]] = [[], [], []]
        for _ in range(ROUNDS):
            found[0].append(cpu(lambda: cleaned(str(path), "sealed", sealer.key)))
            started = time.monotonic()
            await sandbox.run_apart("operator:concat", b"", b"")
            found[1].append(time.monotonic() - started)
            found[2].append(cpu(lambda: alone(content)))
        answer = await sandbox.run_apart("portal.documents.decode:cleaned", str(path), "sealed", sealer.key)
        assert "reason" not in answer, answer
        sandbox.shut()
    safe, child, bare = (min(times) for times in found)
    return safe, child, bare


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that *work* takes in this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def alone(content: bytes) -> None:
    """Make the picture that is kept and the small one, with Pillow and nothing else."""
    image = Image.open(BytesIO(content))
    image.draft("RGB", (2600, 2600))
    image.thumbnail((2600, 2600), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    upright.save(BytesIO(), "JPEG", quality=85, progressive=True)
    small = upright.copy()
    small.thumbnail((320, 320))
    small.save(BytesIO(), "JPEG", quality=85, progressive=True)


class Sending:
    """A citizen with a draft."""

    def __init__(self, browser: Browser, home: str, csrf: str) -> None:
        """Be at the page of files."""
        self.browser, self.home, self.csrf = browser, home, csrf

    def send(self, *contents: bytes) -> int:
        """Upload files in one request; return the status."""
        edge = b"----portalbench"
        parts = [b'--%s\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n%s\r\n' % (edge, self.csrf.encode())]
        for number, content in enumerate(contents):
            head = b'--%s\r\ncontent-disposition: form-data; name="file"; filename="%d.jpg"\r\n\r\n' % (edge, number)
            parts += [head, content, b"\r\n"]
        body = b"".join([*parts, b"--", edge, b"--\r\n"])
        kind = {"content-type": f"multipart/form-data; boundary={edge.decode()}"}
        self.browser = anew(self.browser)
        return self.browser.ask("POST", f"{self.home}/materials/{SLOT}", body, kind).status

    def clear(self) -> None:
        """Remove everything that was sent."""
        self.browser = anew(self.browser)
        page = self.browser.get(f"{self.home}/materials")
        for address in dict.fromkeys(re.findall(r'href="([^"]+/files/[\w-]+/removal)"', page.text)):
            self.browser.post(address, {"csrf": self.csrf})


def anew(browser: Browser) -> Browser:
    """Return the same person on a new connection: the server closes one that was idle for seconds."""
    return Browser(browser.host, browser.port, browser.cookies, browser.address)


def sender(server: Server, mobile: str, address: str = "") -> Sending:
    """Return somebody who is signed in and has begun an application."""
    browser = Browser("127.0.0.1", server.port, address=address or f"10.7.0.{mobile[-2:]}")
    journey.sign_in(browser, mobile)
    page = browser.get("/meishan/apply/new")
    home = browser.post("/meishan/apply/new", page.hidden).headers["location"]
    return Sending(browser, home, browser.get(f"{home}/materials").hidden["csrf"])


def at_once(work: list[Callable[[], object]]) -> None:
    """Do everything at the same time and wait for it."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def memory(server: Server, senders: list[Sending]) -> None:
    """Print how much the server grows while four people send a hundred megabytes each, at the same time."""
    pid = server.process.pid if server.process else 0
    senders[0].send(papers.photo())  # whatever is made once is made now
    contents = [[b"\xff\xd8\xff" + bytes([one, part]) + bytes(20 * MB - 5) for part in range(5)] for one in range(4)]
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = kib(pid, "VmRSS")
    told: list[int] = []

    def send(one: Sending, files: list[bytes]) -> None:
        told.append(one.send(*files))

    at_once([partial(send, one, files) for one, files in zip(senders, contents, strict=True)])
    assert told == [422] * 4, told  # all of it arrived, and none of it was a photo
    print(f"  Growth of the server at 4 x 100 MB      {(kib(pid, 'VmHWM') - before) / 1024:7.1f} MiB (aim 16)")
    for one in senders:
        one.clear()


def kib(pid: int, what: str) -> int:
    """Return a line of a process's status, in KiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith(what)).split()[1])


def others(server: Server, senders: list[Sending]) -> None:
    """Print how long another citizen waits for a page while eight uploads are on their way."""
    reader = Browser("127.0.0.1", server.port, address="10.7.1.1")
    journey.sign_in(reader, PEOPLE[0])
    quiet = waits(reader, 150)
    photo, busy = papers.photo(), threading.Event()
    again = [sender(server, mobile, f"10.7.2.{number}") for number, mobile in enumerate(PEOPLE)]

    def go_on(one: Sending, number: int) -> None:
        turn = 0
        while not busy.is_set():
            turn += 1
            one.send(photo + b"%d %d" % (number, turn))
            if turn % 10 == 0:
                one.clear()

    threads = [threading.Thread(target=go_on, args=(one, number)) for number, one in enumerate([*senders, *again])]
    for thread in threads:
        thread.start()
    time.sleep(1)
    loud = waits(reader, 150)
    busy.set()
    for thread in threads:
        thread.join()
    print(
        f"  A page of somebody else meanwhile       {loud * 1e3:7.1f} ms"
        f"   {loud / quiet:5.2f} x without the eight uploads (aim 2)"
    )


def waits(reader: Browser, count: int) -> float:
    """Return how long a page takes, in the middle of *count*."""
    times = []
    for _ in range(count):
        started = time.monotonic()
        assert anew(reader).get("/meishan/me").status == 200
        times.append(time.monotonic() - started)
        time.sleep(0.01)
    return statistics.median(times)


def main() -> None:
    """Measure with a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "var", free_port())
        server.start()
        try:
            measure(server)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
