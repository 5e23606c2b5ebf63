"""The web process of auth-svc, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from auth.challenges import endpoints as challenges
from auth.colleagues import endpoints as colleagues
from auth.keys import endpoints as keys
from auth.keys.service import KeyKeeper, SigningKeys
from auth.law import Law
from auth.login import endpoints as login
from auth.operating import endpoints as operating
from auth.passwords.hashing import Cost, PasswordHashing
from auth.principals import endpoints as principals
from auth.providers import endpoints as providers
from auth.settings import Settings
from auth.staff import endpoints as staff
from auth.staff.authorising import authorise
from auth.users import endpoints as users
from shared.procedure import load
from shared.web import Platform, create_app

ROUTERS = (
    users.router,
    challenges.router,
    login.router,
    keys.router,
    principals.router,
    providers.router,
    staff.router,
    colleagues.router,
    operating.router,
)


def create(settings: Settings) -> FastAPI:
    return create_app(
        service="auth",
        settings=settings,
        routers=ROUTERS,
        resources={
            "passwords": open_passwords,
            "keys": open_keys,
            "law": open_law,
            "authorise": open_authorise,
        },
        migrations="auth",
        title="auth-svc: users, staff, providers, sessions",
    )


@asynccontextmanager
async def open_passwords(platform: Platform) -> AsyncIterator[PasswordHashing]:
    hashing = PasswordHashing(Cost.of(platform.settings))
    try:
        yield hashing
    finally:
        hashing.close()


@asynccontextmanager
async def open_keys(platform: Platform) -> AsyncIterator[SigningKeys]:
    keeper = KeyKeeper(platform.need_persons(), platform.settings)
    yield SigningKeys(database=platform.database, keeper=keeper)


@asynccontextmanager
async def open_law(platform: Platform) -> AsyncIterator[Law]:
    if platform.settings.regulations is None:
        raise RuntimeError("SHLYUZ_REGULATIONS is not set")
    yield Law.of(load(platform.settings.regulations))


@asynccontextmanager
async def open_authorise(platform: Platform) -> AsyncIterator[object]:
    """Providers ask who administers; the answer lies with staff, which stand above them."""
    del platform
    yield authorise
