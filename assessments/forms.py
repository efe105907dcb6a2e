"""What the trainer's admin refuses before it reaches the database, in words she can act on."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from assessments.models import Item, Topic, check_options


class ItemForm(WagtailAdminModelForm):
    """A question with its answers. The answers keep the order they stand in."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        forms = _kept(self.formsets.get("options"))
        if forms is not None:
            check_options([form.instance for form in forms])
            for position, form in enumerate(forms):
                form.instance.position = position
        return cleaned


class QuizForm(WagtailAdminModelForm):
    """A quiz that the bank can fill."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        formset = self.formsets.get("draws")
        if formset is not None:
            _check_topics_once(formset)
        forms = _kept(formset)
        if forms is not None:
            check_draws([(form.cleaned_data["topic"], form.cleaned_data["count"]) for form in forms])
        return cleaned


def _kept(formset: Any) -> list[Any] | None:
    """The forms that will be saved; None where one of them has errors of its own, which come first."""
    if formset is None or not formset.is_valid():
        return None
    return [
        form for form in formset.forms if form not in formset.deleted_forms and (form.has_changed() or form.instance.pk)
    ]


def _check_topics_once(formset: Any) -> None:
    """Says it in words: the formset's own message speaks of columns."""
    formset.is_valid()  # reads which forms are to be deleted
    chosen = [form["topic"].value() for form in formset.forms if not formset._should_delete_form(form)]
    topics = [str(topic) for topic in chosen if topic]
    if len(set(topics)) < len(topics):
        raise ValidationError(_("Et tema kan bare stå én gang i prøven."))


def check_draws(draws: list[tuple[Topic, int]]) -> None:
    """A quiz draws something, and from no topic more than the bank holds. Raises ValidationError."""
    if not draws:
        raise ValidationError(_("Prøven må trekke spørsmål fra minst ett tema."))
    held = dict(
        Item.objects.filter(topic__in=[topic for topic, _count in draws], retired=False, versions__isnull=False)
        .order_by()
        .values_list("topic")
        .annotate(held=Count("pk", distinct=True))
    )
    errors = [
        _("Temaet «%(topic)s» har %(held)s spørsmål i bruk. Prøven trekker %(count)s.")
        % {"topic": topic.name, "held": held.get(topic.pk, 0), "count": count}
        for topic, count in draws
        if held.get(topic.pk, 0) < count
    ]
    if errors:
        raise ValidationError(errors)
