"""Everything that settling asks which is not about one person: rules, policies, paths. Read once for a whole batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from django.db.models import F, Q, QuerySet

from agencies.models import Region, Unit
from assessments.models import Quiz
from certification.duties import Job, RuleTerms, falls_under, paths_of_regions
from certification.merging import Terms, Tightening, strictest, union
from certification.models import Policy, RequirementRule
from certification.passes import Offer
from courses.models import LearningPath, PathStep

Step = tuple[str, str]


class NoPolicyError(Exception):
    """The certification has no national policy in force, so no cycle can be opened for it."""


class Rulebook:
    """The rules and policies in force on `today`. Whatever is not asked for is not read."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self._rules_of_job: dict[tuple[int, int], list[RuleTerms]] = {}
        self._merged: dict[tuple[int, frozenset[int]], tuple[list[Policy], Terms]] = {}
        self._offers: dict[tuple[int, frozenset[int], bool], Offer] = {}

    @cached_property
    def rules(self) -> list[RuleTerms]:
        """Rules that hold today or later, of certifications that are not archived."""
        return rule_terms(
            RequirementRule.objects.current().filter(
                Q(valid_to__isnull=True) | Q(valid_to__gte=self.today), certification__archived_on__isnull=True
            )
        )

    def rules_for(self, job: Job) -> list[RuleTerms]:
        """The rules that a job falls under. Jobs of one unit and role differ only in when they began."""
        key = (job.unit_id, job.role_id)
        found = self._rules_of_job.get(key)
        if found is None:
            everyone = [rule for rule in self.rules if rule.employed_from is None and falls_under(rule, job)]
            found = self._rules_of_job[key] = everyone + self._for_newcomers
        if self._for_newcomers:
            return [rule for rule in found if rule.employed_from is None or falls_under(rule, job)]
        return found

    @cached_property
    def _for_newcomers(self) -> list[RuleTerms]:
        return [rule for rule in self.rules if rule.employed_from is not None]

    @cached_property
    def _policies(self) -> dict[int, list[Policy]]:
        rows = Policy.objects.current().filter(valid_from__lte=self.today).order_by("-valid_from", "-pk")
        found: dict[int, list[Policy]] = defaultdict(list)
        for row in rows:
            found[row.certification_id].append(row)
        return found

    def policies(self, certification_id: int, agency_ids: frozenset[int]) -> tuple[list[Policy], Terms]:
        """The policies in force, the national one first, and the strictest of them. Raises NoPolicyError."""
        key = (certification_id, agency_ids)
        if key not in self._merged:
            newest: dict[int | None, Policy] = {}
            for row in self._policies.get(certification_id, ()):
                if row.agency_id is None or row.agency_id in agency_ids:
                    newest.setdefault(row.agency_id, row)
            national = newest.pop(None, None)
            if national is None:
                raise NoPolicyError(f"certification {certification_id} has no policy in force")
            policies = [national, *sorted(newest.values(), key=lambda row: row.pk)]
            self._merged[key] = (policies, merged_terms(policies))
        return self._merged[key]

    def offer(self, certification_id: int, agency_ids: frozenset[int], *, renewal: bool) -> Offer:
        """The terms of a pass that is opened today. The same for all of the same agencies. Raises NoPolicyError."""
        key = (certification_id, agency_ids, renewal)
        if key not in self._offers:
            policies, terms = self.policies(certification_id, agency_ids)
            path_id, steps = self.steps(policies, renewal=renewal)
            self._offers[key] = Offer(
                policy_ids=[policy.pk for policy in policies],
                policy_versions=" + ".join(policy.version for policy in policies),
                path_id=path_id,
                steps=steps,
                pass_mark=terms.pass_mark,
                validity=terms.validity,
                window=terms.window,
                grace=terms.grace,
                date_base=terms.date_base,
                fixed_day=terms.fixed_day,
                minimum_active=terms.minimum_active,
                least_assurance=terms.least_assurance,
                attempts=terms.attempts,
                cool_down_days=terms.cool_down_days,
            )
        return self._offers[key]

    @cached_property
    def _steps(self) -> dict[int, list[Step]]:
        found: dict[int, list[Step]] = defaultdict(list)
        rows = PathStep.objects.order_by("path_id", "position").annotate(quiz_key=F("quiz__key"))
        for path_id, course_key, quiz_key in rows.values_list("path_id", "course_key", "quiz_key"):
            found[path_id].append(("quiz", str(quiz_key)) if quiz_key else ("course", str(course_key)))
        return found

    def steps(self, policies: Iterable[Policy], *, renewal: bool) -> tuple[int, list[dict[str, str]]]:
        """The path to show, and what must be shown: the union of the policies' paths, refreshers in a renewal."""
        paths = [
            path_id
            for row in policies
            if (path_id := row.refresher_path_id if renewal and row.refresher_path_id else row.path_id) is not None
        ]
        wanted = union(self._steps.get(path_id, []) for path_id in paths)
        return paths[0], [{"subject": subject, "key": key} for subject, key in wanted]

    @cached_property
    def quiz_ids(self) -> dict[str, int]:
        return {str(key): pk for key, pk in Quiz.objects.values_list("key", "pk")}

    @cached_property
    def time_zones(self) -> dict[int, str]:
        return dict(Unit.objects.filter(is_agency=True).values_list("pk", "time_zone"))


def path_steps(path: LearningPath) -> list[Step]:
    """The steps of one path as (subject, key)."""
    return [
        ("quiz", str(step.quiz.key)) if step.quiz else ("course", str(step.course_key))
        for step in path.steps.select_related("quiz").order_by("position")
    ]


def rule_terms(rules: "QuerySet[RequirementRule]") -> list[RuleTerms]:
    """Rules as plain values: one query for them, one more where any is narrowed to a region."""
    rows = list(rules.annotate(unit_path=F("unit__path")))
    keys = {key for row in rows for key in row.region_keys}
    regions: dict[str, list[str]] = defaultdict(list)
    if keys:
        for key, path in Region.objects.filter(key__in=keys, units__isnull=False).values_list("key", "units__path"):
            regions[key].append(path)
    return [
        RuleTerms(
            pk=row.pk,
            thread=row.thread,
            certification_id=row.certification_id,
            agency_id=row.agency_id,
            unit_path=row.unit_path,
            role_keys=frozenset(row.role_keys),
            sector_keys=frozenset(row.sector_keys),
            region_paths=paths_of_regions(row.region_keys, regions),
            employed_from=row.employed_from,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            due_days=row.due_days,
            due_on=row.due_on,
        )
        for row in rows
    ]


def merged_terms(policies: list[Policy]) -> Terms:
    """The strictest of `policies`, field by field; the first is the national one."""
    national, *agencies = policies
    return strictest(
        Terms(
            pass_mark=national.pass_mark or 0,
            validity=national.validity,
            window=national.window,
            grace=national.grace or "P0D",
            date_base=national.date_base,
            fixed_day=national.fixed_day,
            minimum_active=national.minimum_active,
            least_assurance=national.least_assurance or 0,
            attempts=national.attempts,
            cool_down_days=national.cool_down_days or 0,
        ),
        [
            Tightening(
                pass_mark=row.pass_mark,
                validity=row.validity,
                grace=row.grace,
                least_assurance=row.least_assurance,
                attempts=row.attempts,
                cool_down_days=row.cool_down_days,
            )
            for row in agencies
        ],
    )
