"""The tables of users, their logins and keys, and of the audit log. Lists are JSON."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """A user; `sites` null: all."""

    __tablename__: ClassVar[str] = "user_account"

    name: str = Field(primary_key=True)
    role: str
    password_hash: str
    made_at: datetime
    sites: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    tokens: list[str] = Field(sa_column=Column(JSON, nullable=False))
    party_id: str | None = None
    is_disabled: bool = False
    language: str | None = None


class LoginRow(SQLModel, table=True):
    """Somebody is logged in by a browser; `key` is the hash of what its cookie holds."""

    __tablename__: ClassVar[str] = "user_login"

    key: str = Field(primary_key=True)
    user: str = Field(foreign_key="user_account.name", index=True)
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


class ApiKeyRow(SQLModel, table=True):
    """A key for a program; `sites` null: wherever its user may."""

    __tablename__: ClassVar[str] = "api_key"

    number: int | None = Field(default=None, primary_key=True)
    name: str
    user: str = Field(foreign_key="user_account.name", index=True)
    key_hash: str = Field(unique=True)
    begins: str
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    sites: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class AuditRow(SQLModel, table=True):
    """An entry of the audit log; triggers refuse to change it, or take it away."""

    __tablename__: ClassVar[str] = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_at", "at"),)

    number: int | None = Field(default=None, primary_key=True)
    at: datetime
    who: str
    by: str
    address: str
    action: str
    target: str
    site_id: str | None = None
    detail: str
    is_done: bool
    result: str
