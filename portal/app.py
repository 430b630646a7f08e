"""Put the rooms together into one ASGI application. The only list of controllers."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

import portal.following  # noqa: F401  what hears of what, and what works the outbox
from portal.accounts import sign_in
from portal.cases.life.deadlines import missing_calendars
from portal.cases.life.moves import NotAllowed
from portal.cases.life.told import Lately
from portal.citizen.account import face, register, seen_by, sign_out
from portal.citizen.account import settings as citizen_settings
from portal.citizen.account import sign_in as citizen_sign_in
from portal.citizen.apply import answers, applications, documents, renewal, review
from portal.citizen.cases import case as cases
from portal.citizen.cases import conversation as citizen_conversation
from portal.citizen.cases import corrections, delivery, originals, supplements, take_back, withdrawal
from portal.citizen.delegations import consent, delegations, offers
from portal.citizen.files import files, uploads
from portal.citizen.home import home, inbox
from portal.core.store import jobs, limits, storage, typed
from portal.core.store.crypto import keys
from portal.core.store.database import migrate, opened
from portal.core.tools import clock, log, sandbox
from portal.core.tools.errors import Problem
from portal.core.tools.log import LOG
from portal.core.tools.paper import CannotPrint
from portal.core.tools.settings import SETTINGS
from portal.core.web import late, pages, sessions, stream
from portal.core.web.door import BODY_LIMIT, Door
from portal.core.web.security import Front
from portal.policy import fresh, holding
from portal.public import demo_clock, diseases, errors, form, health, hooks, performance, session, start, verify
from portal.public import help as help_pages
from portal.regions.load import REGIONS
from portal.staff.casework import acts, decisions, download, notes, picture
from portal.staff.casework import case as staff_case
from portal.staff.casework import conversation as staff_conversation
from portal.staff.casework import corrections as staff_corrections
from portal.staff.casework import originals as staff_originals
from portal.staff.door import passkeys, setup
from portal.staff.door import sign_in as staff_sign_in
from portal.staff.experts import appraisals, opinions
from portal.staff.mail import envelope, mailroom
from portal.staff.mail import register as register_of_originals
from portal.staff.people import assisted, identities, users
from portal.staff.people import delegations as staff_delegations
from portal.staff.policy import calendar as staff_calendar
from portal.staff.policy import edits, policy, previews, versions
from portal.staff.records import audit, reports
from portal.staff.shared.nav import navigation
from portal.staff.work import assignment, calls, desk, queue, team
from portal.staff.work import inbox as staff_inbox

for city in REGIONS.values():  # now that every room that has something against a city is here
    holding.look_at(city)

CONTROLLERS: list[ControllerRouterHandler] = [
    start.CitiesController,
    start.GuideController,
    diseases.DiseasesController,
    form.FormController,
    help_pages.HelpController,
    verify.VerifyController,
    performance.PerformanceController,
    health.HealthController,
    citizen_sign_in.SignInController,
    citizen_sign_in.PersonController,
    register.RegisterController,
    register.RegisteredController,
    face.FaceController,
    sign_out.SignOutController,
    citizen_settings.SettingsController,
    session.SessionController,
    session.StaffSessionController,
    hooks.SmsHookController,
    home.HomeController,
    home.LinkController,
    inbox.InboxController,
    consent.ConsentController,
    seen_by.SeenByController,
    delegations.DelegationsController,
    delegations.DelegationController,
    offers.OfferController,
    offers.OfferedController,
    applications.ApplicationsController,
    applications.TasksController,
    documents.MaterialsController,
    files.FileController,
    uploads.UploadsController,
    uploads.UploadController,
    renewal.RenewalController,
    review.ReviewController,
    review.SignatureController,
    answers.AnswersController,
    cases.CasesController,
    take_back.TakeBackController,
    withdrawal.WithdrawalController,
    corrections.CorrectionController,
    supplements.SupplementsController,
    citizen_conversation.ConversationController,
    delivery.DeliveryController,
    originals.OriginalsController,
    # D85: the desk, those with a place in its navigation first: this is its order.
    desk.DeskController,
    opinions.OpinionsController,
    queue.QueueController,
    mailroom.MailroomController,
    staff_inbox.StaffInboxController,
    identities.IdentitiesController,
    staff_delegations.DeskDelegationsController,
    assisted.AssistedController,
    team.TeamController,
    reports.ReportsController,
    policy.PolicyController,
    users.UsersController,
    audit.AuditController,
    passkeys.PasskeysController,
    # The other pages of the desk.
    staff_sign_in.StaffSignInController,
    staff_sign_in.SecondFactorController,
    staff_sign_in.RecoveryController,
    envelope.EnvelopeController,
    setup.SetupController,
    register_of_originals.RegisterController,
    staff_originals.OriginalsController,
    policy.MarksController,
    staff_calendar.CalendarController,
    versions.VersionsController,
    edits.EditsController,
    previews.PreviewsController,
    assignment.ClaimController,
    assignment.AssignmentController,
    assignment.AccessController,
    notes.NotesController,
    staff_conversation.ConversationController,
    calls.CallsController,
    calls.CallController,
    assisted.AssistedFormController,
    staff_case.StaffCaseController,
    picture.PictureController,
    download.DownloadController,
    staff_corrections.StaffCorrectionController,
    acts.ActsController,
    appraisals.AppraisalsController,
    opinions.OpinionController,
    decisions.DraftDecisionController,
    decisions.ApprovalController,
]

# D40: `portal serve` has no such route and answers 404.
if SETTINGS.demo:
    CONTROLLERS.append(demo_clock.ClockController)


@jobs.every(timedelta(hours=1))
async def forget_old() -> None:
    """Delete what has run out: sessions, limits, codes, forms that came too late; half files of killed processes."""
    storage.sweep(older_than=3600)
    await sessions.forget_old()
    await limits.forget_old()
    await sign_in.forget_old()
    await late.forget_old()
    longest = max(region.rules.draft.kept_days for region in REGIONS.values())
    await typed.forget_old(clock.now() - timedelta(days=longest))


def warn_of_missing_calendars() -> None:
    """Log which calendars are not published although days reach into their year: nothing is late on those days."""
    for region in REGIONS.values():
        for missing in missing_calendars(region, clock.today()):
            LOG.warning(
                "calendar not published; days in this year are provisional, nothing in it becomes late",
                region=region.id,
                key=f"{missing.calendar}.{missing.year}",
            )


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Open the database, listen to other processes, work the outbox if this process should."""
    keys()
    log.start_logging()
    sandbox.preload(
        [
            "portal.documents.decode",
            "portal.documents.turning",
            "portal.documents.watermark",
            "portal.accounts.face_picture",
            "portal.core.tools.paper",
        ]
    )
    async with opened(), AsyncExitStack() as on:
        if SETTINGS.demo:
            await migrate()
        await on.enter_async_context(fresh.kept_fresh())
        warn_of_missing_calendars()
        tasks = [asyncio.create_task(stream.listen(Lately().topics))]
        if SETTINGS.worker:
            tasks.append(asyncio.create_task(jobs.work_forever()))
        # What has been made by now stays: the collector need not walk over it again at every turn.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()
            stream.HUB.close()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            sandbox.shut()


def litestar() -> Litestar:
    """Return the application without the door in front of it; tests look at its routes."""
    return Litestar(
        route_handlers=CONTROLLERS,
        middleware=[Door],
        exception_handlers={
            Problem: errors.on_problem,
            HTTPException: errors.on_http,
            CannotPrint: errors.on_cannot_print,
            NotAllowed: errors.on_second,
            Exception: errors.on_crash,
        },
        lifespan=[running],
        state=State({"navigation": navigation(CONTROLLERS)}),
        openapi_config=None,
        logging_config=None,  # core.log writes what is written
        request_max_body_size=BODY_LIMIT,
    )


def application() -> Front:
    """Return the application a server runs."""
    pages.warm()
    return Front(litestar(), uploads.RESUMABLE)
