"""Users of this server, and what each may do."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.api.paging import PAGED, Page
from csms.domain.access import CallerKind, Role
from csms.domain.access_errors import UnknownUserError
from csms.domain.user import LONGEST_NAME, LONGEST_PASSWORD, SHORTEST_PASSWORD, User
from csms.language.languages import Language
from csms.service.accounts import Standing
from csms.service.token_body import Printable

router = APIRouter(tags=["users"])

_MOST: Final = 500

Password = Annotated[SecretStr, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]


class WantedStanding(BaseModel):
    """What a user is to be, and where."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    sites: list[str] | None = Field(default=None, description="null: all sites")
    tokens: list[str] = Field(default=[], description="A resident's own id tokens")
    party_id: str | None = Field(
        default=None, description="Of the settings' grid companies, the one that this user is"
    )

    @property
    def standing(self) -> Standing:
        """What is wanted."""
        return Standing(
            role=self.role,
            sites=None if self.sites is None else frozenset(self.sites),
            tokens=tuple(self.tokens),
            party_id=self.party_id,
        )


class NewUser(WantedStanding):
    """A user to be added."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="a-z, 0-9 and . _ @ + -")
    password: Password


class WantedPassword(BaseModel):
    """A user's next password."""

    model_config = ConfigDict(extra="forbid")

    password: Password


class UserState(WantedStanding):
    """A user."""

    name: str
    is_disabled: bool
    made_at: datetime


class Asker(BaseModel):
    """Who asks, and what they may."""

    kind: CallerKind
    name: str
    role: Role | None
    permissions: list[str]
    sites: list[str] | None = Field(description="null: all sites")
    language: Language | None = Field(description="null: as the browser says")


class WantedLanguage(BaseModel):
    """In which language a user wants to be told things."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = Field(
        description="Of pages and statements; null: as the browser says"
    )


@router.get("/me")
async def read_me(caller: CallerNow) -> Asker:
    """Who asks, and what they may."""
    return Asker(
        kind=caller.kind,
        name=caller.name,
        role=caller.role,
        permissions=sorted(caller.permissions),
        sites=None if caller.sites is None else sorted(caller.sites),
        language=caller.language,
    )


@router.put("/me/language", status_code=status.HTTP_204_NO_CONTENT)
async def set_own_language(context: Context, caller: CallerNow, wanted: WantedLanguage) -> None:
    """Say in which language one wants to be told things; 404: who asks is no user."""
    await context.access.accounts.set_language(caller.user or "", wanted.language)


@router.get("/users", responses=PAGED)
async def list_users(
    context: Context,
    page: Page,
    after: Annotated[
        Printable | None, Query(description="The last name of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
) -> list[UserState]:
    """Users in order of their names."""
    users = await context.access.reads.users(after=after, limit=limit)
    if users:
        page.link_next(users, limit, after=users[-1].name)
    return [_state(user) for user in users]


@router.post(
    "/users",
    status_code=status.HTTP_201_CREATED,
    responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER},
)
async def add_user(context: Context, wanted: NewUser) -> UserState:
    """Add a user."""
    password = wanted.password.get_secret_value()
    return _state(await context.access.accounts.add(wanted.name, password, wanted.standing))


@router.get("/users/{name}")
async def read_user(context: Context, name: str) -> UserState:
    """One user."""
    user = await context.access.reads.user(name)
    if user is None:
        raise UnknownUserError(name)
    return _state(user)


@router.put("/users/{name}", responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER})
async def change_user(context: Context, name: str, wanted: WantedStanding) -> UserState:
    """Let a user be something else, from the next request on."""
    return _state(await context.access.accounts.change(name, wanted.standing))


@router.put("/users/{name}/password", status_code=status.HTTP_204_NO_CONTENT)
async def set_user_password(context: Context, name: str, wanted: WantedPassword) -> None:
    """Give a user another password; all logins of that user end."""
    await context.access.accounts.set_password(name, wanted.password.get_secret_value())


@router.post("/users/{name}/disable", responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER})
async def disable_user(context: Context, name: str) -> UserState:
    """Let a user in no more: logins end, and keys count no more. Users are never deleted."""
    return _state(await context.access.accounts.disable(name, is_disabled=True))


@router.post("/users/{name}/enable")
async def enable_user(context: Context, name: str) -> UserState:
    """Let a user in again."""
    return _state(await context.access.accounts.disable(name, is_disabled=False))


def _state(user: User) -> UserState:
    return UserState(
        name=user.name,
        role=user.role,
        sites=None if user.sites is None else sorted(user.sites),
        tokens=sorted(user.tokens),
        party_id=user.party_id,
        is_disabled=user.is_disabled,
        made_at=user.made_at,
    )
