"""What Piccolo migrates: the tables of every subject room, from the folder ``migrations/``."""

from piccolo.conf.apps import AppConfig, AppRegistry
from piccolo.table import Table

import portal.accounts.tables as accounts
import portal.cases.apply.tables as apply
import portal.cases.benefits.tables as benefits
import portal.cases.desk.tables as desk
import portal.cases.experts.tables as experts
import portal.cases.figures.tables as figures
import portal.cases.life.tables as life
import portal.cases.mail.tables as mail
import portal.cases.papers.tables as papers
import portal.cases.result.tables as result
import portal.cases.talk.tables as talk
import portal.core.store.tables as core
import portal.documents.tables as documents
import portal.letters.tables as letters
import portal.notices.tables as notices
import portal.policy.tables as policy
from portal.core.store.database import DB
from portal.core.tools.places import MIGRATIONS

TABLES: list[type[Table]] = [
    thing
    for room in (
        core,
        accounts,
        documents,
        policy,
        life,
        papers,
        experts,
        result,
        benefits,
        apply,
        talk,
        desk,
        figures,
        mail,
        notices,
        letters,
    )
    for thing in vars(room).values()
    if isinstance(thing, type) and issubclass(thing, Table) and thing.__module__ == room.__name__
]

APP_CONFIG = AppConfig(app_name="portal", migrations_folder_path=str(MIGRATIONS), table_classes=TABLES)
APP_REGISTRY = AppRegistry(apps=["portal.piccolo_app"])

__all__ = ["APP_CONFIG", "APP_REGISTRY", "DB", "TABLES"]
