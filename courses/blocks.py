"""The blocks that a trainer builds a module of. Thin: what they show is decided in templates."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from media.inside import tells_of_its_end

FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=FEATURES, **kwargs)


class QuestionBranchBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Svar"), max_length=80)
    text = blocks.TextBlock(label=_("Hva du gjør da"), max_length=300)


class QuestionBlock(blocks.StructBlock):
    """The one question that decides, and where each answer leads."""

    question = blocks.CharBlock(label=_("Spørsmål"), max_length=200)
    branches = blocks.ListBlock(QuestionBranchBlock(), label=_("Veier"), default=[], max_num=3)

    class Meta:
        label = _("Ett spørsmål avgjør")
        icon = "help"
        template = "courses/blocks/question.html"


class LawBlock(blocks.StructBlock):
    """A duty with its law and the date it was checked."""

    reference = SnippetChooserBlock("facts.LegalReference", label=_("Lovhenvisning"))
    title = blocks.CharBlock(label=_("Overskrift"), max_length=100)
    text = TextBlock(label=_("Hva loven sier, med dine ord"))

    class Meta:
        label = _("Lov")
        icon = "doc-full"
        template = "courses/blocks/law.html"


class EffectBlock(blocks.StructBlock):
    who = blocks.CharBlock(label=_("Hvem"), max_length=40)
    what = blocks.CharBlock(label=_("Hva som skjer"), max_length=120)


class ChoiceBlock(blocks.StructBlock):
    """Something to do in a case, and what it leads to."""

    text = blocks.CharBlock(label=_("Valg"), max_length=250)
    rating = blocks.ChoiceBlock(
        label=_("Vurdering"),
        choices=[
            ("safe", _("Trygt neste steg")),
            ("delayed", _("Hjelpen blir forsinket")),
            ("harmful", _("Kan gjøre det farligere")),
        ],
        default="safe",
    )
    outcome_title = blocks.CharBlock(label=_("Hva som skjer, overskrift"), max_length=120)
    outcome = TextBlock(label=_("Hva som skjer"))
    why = TextBlock(label=_("Hvorfor"))
    effects = blocks.ListBlock(EffectBlock(), label=_("Hva det betyr for hvem"), default=[], max_num=4)


class CaseBlock(blocks.StructBlock):
    """A scene of a fictional case with choices. Nobody but the reader learns what she chose: nothing is stored."""

    label = blocks.CharBlock(
        label=_("Saken"), max_length=100, help_text=_("For eksempel: Saken om Amira, 16. Del 1 av 2")
    )
    title = blocks.CharBlock(label=_("Overskrift"), max_length=120)
    text = TextBlock(label=_("Hva som skjer"))
    prompt = blocks.CharBlock(label=_("Spørsmål"), max_length=120, default=_("Hva gjør du nå?"))
    choices = blocks.ListBlock(ChoiceBlock(), label=_("Valg"), min_num=2, max_num=4)

    class Meta:
        label = _("Sak med valg")
        icon = "group"
        template = "courses/blocks/case.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not any(choice["rating"] == "safe" for choice in cleaned["choices"]):
            raise ValidationError(_("Minst ett av valgene må være trygt."))
        return cleaned


class DetailsBlock(blocks.StructBlock):
    summary = blocks.CharBlock(label=_("Overskrift"), max_length=150)
    text = TextBlock(label=_("Tekst"))

    class Meta:
        label = _("Les mer")
        icon = "arrow-down"
        template = "courses/blocks/details.html"


class ContactsBlock(blocks.StructBlock):
    """Whom to call: the number is read from the fact each time, so it is never old here."""

    title = blocks.CharBlock(label=_("Overskrift"), max_length=100)
    contacts = blocks.ListBlock(SnippetChooserBlock("facts.ContactPoint"), label=_("Hjelpelinjer"), min_num=1)

    class Meta:
        label = _("Hvem du ringer")
        icon = "mail"
        template = "courses/blocks/contacts.html"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("Bilde"))

    class Meta:
        label = _("Bilde")
        icon = "image"
        template = "courses/blocks/picture.html"


class TaskBlock(blocks.StructBlock):
    """Something to do together, with notes for whoever leads it. Nothing is handed in."""

    title = blocks.CharBlock(label=_("Overskrift"), max_length=100)
    minutes = blocks.IntegerBlock(label=_("Minutter"), default=15, min_value=1, max_value=120)
    text = TextBlock(label=_("Oppgaven"))
    leader = TextBlock(
        label=_("For den som leder"),
        help_text=_("Hensikten, hvordan du gjør det, hva du lytter etter og hva du stopper."),
    )

    class Meta:
        label = _("Gruppeoppgave")
        icon = "group"
        template = "courses/blocks/task.html"


class RoutineBlock(blocks.StructBlock):
    """What only the workplace can answer. The same `slot` in several modules is the same routine."""

    slot = blocks.RegexBlock(
        regex=r"^[a-z0-9-]+$", label=_("Nøkkel"), max_length=60,
        help_text=_("Små bokstaver, tall og bindestrek. Den samme nøkkelen brukes overalt der rutinen gjelder."),
    )  # fmt: skip
    title = blocks.CharBlock(label=_("Overskrift"), max_length=100)
    text = blocks.TextBlock(label=_("Hva som må være avklart"), max_length=300)
    asks = blocks.ListBlock(
        blocks.CharBlock(label=_("Spørsmål"), max_length=150),
        label=_("Spørsmål arbeidsstedet svarer på"),
        min_num=2,
        max_num=5,
    )

    class Meta:
        label = _("Rutinen hos oss")
        icon = "site"
        template = "courses/blocks/routine.html"


class ActivityBlock(blocks.StructBlock):
    """An H5P activity. Whether it is done is one sentence that the author sets; it never certifies."""

    activity = SnippetChooserBlock("media.H5PContent", label=_("Øvelse"))
    done_when = blocks.ChoiceBlock(
        label=_("Øvelsen er gjort når deltakeren …"),
        choices=[
            ("finished", _("har kommet til slutten")),
            ("passed", _("har minst så mange prosent riktig:")),
        ],
        default="finished",
    )
    least = blocks.IntegerBlock(label=_("Prosent"), default=70, min_value=1, max_value=100, required=False)
    required = blocks.BooleanBlock(label=_("Må være gjort før modulen er gjort"), required=False)

    class Meta:
        label = _("Øvelse (H5P)")
        icon = "tasks"
        template = "media/blocks/activity.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["done_when"] == "passed" and not cleaned["least"]:
            error = ValidationError(_("Skriv hvor mange prosent som må være riktig."))
            raise blocks.StructBlockValidationError(block_errors={"least": error})
        content = cleaned["activity"]
        if cleaned["required"] and content.current and not content.has_text and not tells_of_its_end(content.current):
            error = ValidationError(
                _("Denne øvelsen melder aldri fra om at den er gjort. Skriv den som tekst også, eller krev den ikke.")
            )
            raise blocks.StructBlockValidationError(block_errors={"required": error})
        return cleaned


class VideoBlock(blocks.StructBlock):
    """A film with captions and a transcript. Who reads the transcript has seen it."""

    video = SnippetChooserBlock("media.Video", label=_("Video"))
    required = blocks.BooleanBlock(label=_("Må være sett før modulen er gjort"), required=False)

    class Meta:
        label = _("Video")
        icon = "media"
        template = "media/blocks/video.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        missing = cleaned["video"].lacking() if cleaned["video"] else []
        if missing:
            what = ", ".join(one.what for one in missing)
            text = _("«%(title)s» kan ikke vises ennå. Den mangler: %(what)s.")
            error = ValidationError(text, params={"title": cleaned["video"].title, "what": what})
            raise blocks.StructBlockValidationError(block_errors={"video": error})
        return cleaned


class SourcesBlock(blocks.StructBlock):
    sources = blocks.ListBlock(SnippetChooserBlock("facts.Source"), label=_("Kilder"), min_num=1)

    class Meta:
        label = _("Kilder")
        icon = "list-ul"
        template = "courses/blocks/sources.html"


class TermsBlock(blocks.StructBlock):
    """Words of the field, read from the facts each time: what they mean now, and what they were called before."""

    terms = blocks.ListBlock(SnippetChooserBlock("facts.Term"), label=_("Begreper"), min_num=1, max_num=8)

    class Meta:
        label = _("Ord og begreper")
        icon = "openquote"
        template = "courses/blocks/terms.html"


class ActionCardRowBlock(blocks.StructBlock):
    label = blocks.CharBlock(
        label=_("Det leseren fyller ut"), max_length=120, help_text=_("For eksempel: Hvem ringer jeg?")
    )
    hint = blocks.CharBlock(
        label=_("Hint"),
        max_length=200,
        required=False,
        help_text=_("Spør om arbeidsstedet og hva leseren selv vil gjøre, aldri om en bestemt person eller sak."),
    )


class ActionCardBlock(blocks.StructBlock):
    """What she wants at hand the day somebody needs her. It stays in her browser; the numbers are read live."""

    title = blocks.CharBlock(
        label=_("Overskrift"), max_length=100, help_text=_("For eksempel: Når jeg er bekymret for en elev")
    )
    lead = blocks.CharBlock(label=_("Kort ingress"), max_length=150, required=False)
    rows = blocks.ListBlock(ActionCardRowBlock(), label=_("Felter"), min_num=1, max_num=8)
    contacts = blocks.ListBlock(
        SnippetChooserBlock("facts.ContactPoint"), label=_("Hjelpelinjer"), default=[], max_num=3
    )

    class Meta:
        label = _("Handlingskort")
        icon = "form"
        template = "courses/blocks/action_card.html"


class DocumentBlock(blocks.StructBlock):
    """A file to read or print. Whoever may read a published page may open it (courses.access)."""

    document = DocumentChooserBlock(label=_("Dokument"))
    title = blocks.CharBlock(label=_("Tittel"), max_length=120)
    text = blocks.CharBlock(label=_("Kort beskrivelse"), max_length=250, required=False)

    class Meta:
        label = _("Dokument")
        icon = "doc-full-inverse"
        template = "courses/blocks/document.html"


class BodyBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(
        label=_("Mellomtittel"), max_length=120, icon="title", template="courses/blocks/heading.html"
    )
    text = TextBlock(label=_("Tekst"), icon="pilcrow", template="courses/blocks/text.html")
    question = QuestionBlock()
    law = LawBlock()
    case = CaseBlock()
    details = DetailsBlock()
    contacts = ContactsBlock()
    image = PictureBlock()
    activity = ActivityBlock()
    video = VideoBlock()
    terms = TermsBlock()
    sources = SourcesBlock()
    task = TaskBlock()
    routine = RoutineBlock()
    action_card = ActionCardBlock()
    document = DocumentBlock()


class PartBlock(blocks.StructBlock):
    """A few minutes of reading with a title of its own. Progress is kept by part."""

    title = blocks.CharBlock(label=_("Tittel"), max_length=120)
    body = BodyBlock(label=_("Innhold"))

    class Meta:
        label = _("Del")
        icon = "doc-empty"


class PartsBlock(blocks.StreamBlock):
    part = PartBlock()
