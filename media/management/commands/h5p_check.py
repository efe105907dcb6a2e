"""manage.py h5p_check: everything stored of H5P packages, judged again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from media.explaining import sentence
from media.models import H5PContent, H5PLibrary, H5PVersion
from media.services.checking import check_files, check_versions
from media.services.files import forget, forget_stray, kept, orphans, strays


class Command(BaseCommand):
    """Reads every stored file once, so it takes as long as the disk does. It changes nothing but by --clean-up."""

    help = (
        "Kontrollerer alt som er lagret av H5P-pakker, sier hvor mye plass det tar, og rydder i det ingen bruker: "
        "--report, --clean-up, --clean-up --dry-run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", action="store_true", help="Bare plass: hvor mye som er lagret, og av hva.")
        parser.add_argument("--clean-up", action="store_true", help="Slett filer som ingen pakke bruker.")
        parser.add_argument("--dry-run", action="store_true", help="Sammen med --clean-up: si bare hva som ville gå.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            if options["clean_up"]:
                self._clean_up(dry_run=options["dry_run"])
            elif options["report"]:
                self._report()
            else:
                self._check()

    def _check(self) -> None:
        faults = 0
        for file, fault in check_files():
            faults += 1
            self.stdout.write(f"{file}: {_words(fault)}")
        for version, problems in check_versions():
            faults += 1
            self.stdout.write(f"«{version.content}», {_('versjon')} {version.number} ({version.file_name}):")
            for problem in problems:
                self.stdout.write(f"  {sentence(problem)}")
        self._report()
        if faults:
            raise CommandError(ngettext("%(n)s feil.", "%(n)s feil.", faults) % {"n": faults})
        self.stdout.write(_("Alt er som det skal være."))

    def _report(self) -> None:
        told = kept()
        facts = {
            "contents": H5PContent.objects.count(), "versions": H5PVersion.objects.count(),
            "libraries": H5PLibrary.objects.count(), "files": told.files, "size": filesizeformat(told.size),
            "unused": told.unused_files, "unused_size": filesizeformat(told.unused),
        }  # fmt: skip
        text = _("%(contents)s øvelser i %(versions)s versjoner, %(libraries)s biblioteker: %(files)s filer, %(size)s.")
        self.stdout.write(text % facts)
        self.stdout.write(_("Ubrukt: %(unused)s filer, %(unused_size)s.") % facts)

    def _clean_up(self, *, dry_run: bool) -> None:
        gone, size = 0, 0
        for file in orphans():
            if dry_run or forget(file):
                gone, size = gone + 1, size + file.size
                self.stdout.write(f"  {file.sha256} {filesizeformat(file.size)}")
        for place in strays():
            if dry_run or forget_stray(place):
                gone += 1
                self.stdout.write(f"  {place}")
        facts = {"count": gone, "size": filesizeformat(size)}
        if dry_run:
            self.stdout.write(_("%(count)s filer (%(size)s) ville vært slettet.") % facts)
        else:
            self.stdout.write(_("%(count)s filer (%(size)s) er slettet.") % facts)


def _words(fault: str) -> str:
    return {"missing": _("mangler"), "changed": _("er endret"), "unknown": _("hører ikke til noe")}[fault]
