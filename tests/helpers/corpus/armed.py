"""Whatever acts in a PDF, in every way we know."""

from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.helpers import papers
from tests.helpers.papers import annotated, launch, note, rooted, script


def chained(document: pikepdf.Pdf) -> None:
    jump = Dictionary(S=Name.GoTo, D=Array([document.pages[0].obj, Name.Fit]), Next=script())
    annotated(note("Link", A=jump))(document)


def widget(document: pikepdf.Pdf) -> None:
    submit = Dictionary(S=Name.SubmitForm, F="https://planted.example")
    field = document.make_indirect(note("Widget", FT=Name.Tx, T="a", A=submit, AA=Dictionary(K=script())))
    document.pages[0].obj.Annots = Array([field])
    document.Root.AcroForm = document.make_indirect(Dictionary(Fields=[field]))


def page_action(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=script())


def named_scripts(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=["a", script()]))


def named_scripts_apart(document: pikepdf.Pdf) -> None:
    tree = document.make_indirect(Dictionary(Names=["a", document.make_indirect(script())]))
    document.Root.Names = document.make_indirect(Dictionary(JavaScript=tree))


def armed() -> dict[str, Callable[[pikepdf.Pdf], None]]:
    """Return what arms a document, in every way we know; made anew, because parts of a PDF belong to one only."""
    return {
        "a script on opening": rooted(OpenAction=script()),
        "a program on opening": rooted(OpenAction=launch()),
        "scripts by name": named_scripts,
        "scripts by name, each an object of its own": named_scripts_apart,
        "a script for leaving the document": rooted(AA=Dictionary(WC=script())),
        "a script for a page": page_action,
        "a link to a script": annotated(note("Link", A=script())),
        "a link to a script inside the page": annotated(note("Link", A=script()), direct=True),
        "a link with its own events inside the page": annotated(note("Link", AA=Dictionary(E=script())), direct=True),
        "a link to a program": annotated(note("Link", A=launch())),
        "a link to a program inside the page": annotated(note("Link", A=launch()), direct=True),
        "a link to a file of the machine": annotated(note("Link", A=Dictionary(S=Name.URI, URI="file:///etc/planted"))),
        "a link to a file of the machine inside the page": annotated(
            note("Link", A=Dictionary(S=Name.URI, URI="FILE:///etc/planted")), direct=True
        ),
        "a link that is a script": annotated(note("Link", A=Dictionary(S=Name.URI, URI="javascript:planted()"))),
        "a link into another document": annotated(note("Link", A=Dictionary(S=Name.GoToR, F="planted.pdf"))),
        "a script after a jump": chained,
        "an entry of the outline that starts a program": papers.with_outline,
        "a form that sends itself": widget,
        "a form of another kind": rooted(AcroForm=Dictionary(Fields=[], XFA="planted <xdp/>")),
        "an attached file": papers.with_attachment,
        "a file on a note": papers.with_attachment_note,
        "a film": annotated(note("Movie", Movie=Dictionary(F="planted.avi")), note("Screen", A=launch())),
        "a sound and a show": annotated(note("Sound", T="planted"), note("RichMedia", T="planted"), direct=True),
    }


ARMED = list(armed())
