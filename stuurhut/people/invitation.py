"""The link with which somebody who was invited chooses a password."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override

from stuurhut.people.actions.settings import the_organisation
from stuurhut.people.models import User


def link_for(user: User, request: HttpRequest) -> str:
    """The address at which the user chooses a password; it works once, for three days."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return str(get_adapter(request).get_reset_password_from_key_url(key))


def invite(user: User, request: HttpRequest) -> None:
    """Mails the link to the user, in the user's language."""
    with override(user.language):
        organisation = the_organisation().name
        subject = _("You are invited to Stuurhut of %(organisation)s") % {"organisation": organisation}
        body = _(
            "Hello %(name)s,\n\nYou can sign in to Stuurhut with %(email)s. Choose a password here first:\n\n"
            "%(link)s\n\n"
            "The link works once, for three days. Too late? Then ask for a new one on the sign-in page.\n"
        ) % {"name": user.name or user.email, "email": user.email, "link": link_for(user, request)}
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
