"""Who a person is to the platform."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.names import name_key

# `.invalid` is nobody's: no mail is ever delivered there, and nobody can ask for a code to it.
ERASED_DOMAIN = "slettet.invalid"


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


# Wagtail's pictures and documents point here with managers that are untyped like the rest of Wagtail.
class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """One person, for as long as anything she did is kept.

    Signs in by e-mail. Other systems and addresses know her by `public_id`, never by the key of the row. What she may
    see comes from grants (agencies), not from flags here; `is_superuser` is for the people who run the installation.
    The row is never deleted while evidence points to it: leaving sets `is_active`, erasure empties the personal fields.
    """

    public_id = models.UUIDField(_("offentlig id"), default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-post"), unique=True, error_messages={"unique": _("E-postadressen er alt i bruk.")})
    first_name = models.CharField(_("fornavn"), max_length=100)
    last_name = models.CharField(_("etternavn"), max_length=100)
    name_key = models.CharField(_("sorteringsnøkkel"), max_length=450, editable=False)
    language = models.CharField(
        _("språk"),
        max_length=2,
        choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("Engelsk"))],
        default="nb",
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    is_demo = models.BooleanField(_("demokonto"), default=False, editable=False)
    date_joined = models.DateTimeField(_("opprettet"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        indexes = [models.Index(fields=["name_key", "id"], name="accounts_user_name_key")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_ci",
                violation_error_message=_("E-postadressen er alt i bruk."),
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["nb", "nn", "en"]),
                name="accounts_user_language",
                violation_error_message=_("Velg bokmål, nynorsk eller engelsk."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the sort key in step with the name: a derived field, not a rule."""
        self.name_key = name_key(self.last_name, self.first_name)
        fields = kwargs.get("update_fields")
        if fields is not None and {"first_name", "last_name"} & set(fields):
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or str(_("Slettet person"))

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def is_erased(self) -> bool:
        """Whether her name and address are gone for good."""
        return self.email.endswith(f"@{ERASED_DOMAIN}")

    def erased_address(self) -> str:
        """What stands in place of an address when she is erased: unique, and nobody's."""
        return f"{self.public_id.hex}@{ERASED_DOMAIN}"

    @property
    def sort_name(self) -> str:
        """As it stands in lists: «Amundsen, Kari»."""
        return f"{self.last_name}, {self.first_name}".strip(", ")
