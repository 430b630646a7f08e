"""What Piccolo migrates: the tables of every subject room, from the folder ``migrations/``."""

from piccolo.conf.apps import AppConfig, AppRegistry
from piccolo.table import Table

import portal.accounts.tables as accounts
import portal.cases.desk_tables as desk
import portal.cases.mail_tables as mail
import portal.cases.tables as cases
import portal.core.tables as core
import portal.documents.tables as documents
import portal.letters.tables as letters
import portal.notices.tables as notices
import portal.policy.tables as policy
from portal.core.database import DB
from portal.core.places import MIGRATIONS

TABLES: list[type[Table]] = [
    thing
    for room in (core, accounts, documents, policy, cases, desk, mail, notices, letters)
    for thing in vars(room).values()
    if isinstance(thing, type) and issubclass(thing, Table) and thing.__module__ == room.__name__
]

APP_CONFIG = AppConfig(app_name="portal", migrations_folder_path=str(MIGRATIONS), table_classes=TABLES)
APP_REGISTRY = AppRegistry(apps=["portal.piccolo_app"])

__all__ = ["APP_CONFIG", "APP_REGISTRY", "DB", "TABLES"]
