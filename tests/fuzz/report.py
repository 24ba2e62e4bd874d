"""What a run found: counts, kinds of failures, and for each kind a short program that fails so."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .prelude import PRELUDE
from .run import outcome
from .shrink import shrunk


@dataclass
class Finding:
    """A failure of one program: what is needed to count it, and to find it again."""

    number: int
    signature: tuple
    words: str
    kinds: tuple
    model: bool = False


@dataclass
class Tally:
    """Counts of a run; ``found`` maps each signature to its Findings; ``replayed`` counts calls that replay a program."""

    verdicts: Counter = field(default_factory=Counter)
    replayed: int = 0
    refusals: dict = field(default_factory=lambda: defaultdict(list))
    raised: Counter = field(default_factory=Counter)
    found: dict = field(default_factory=lambda: defaultdict(list))

    def add(self, number, program, result, model=False):
        """Count one outcome."""
        self.verdicts[result.verdict] += 1
        self.replayed += result.replayed
        if result.verdict in ("refused", "uncompiled"):
            self.refusals[f"{result.verdict}: {result.signature[0]}"].append(number)
        elif result.verdict == "raised":
            self.raised[result.words[:70]] += 1
        elif result.verdict == "failed":
            kinds = program.kinds() if program is not None else ()
            finding = Finding(number, result.signature, result.words, kinds, model)
            self.found[result.signature].append(finding)

    def merge(self, other):
        """Add the counts of another run."""
        self.verdicts += other.verdicts
        self.replayed += other.replayed
        for words, numbers in other.refusals.items():
            self.refusals[words] += numbers
        self.raised += other.raised
        for signature, findings in other.found.items():
            self.found[signature] += findings

    @property
    def total(self):
        return sum(self.verdicts.values())

    def summary(self):
        """Return the counts in words."""
        v, n = self.verdicts, max(1, self.total)
        rows = [f"{self.total} programs: {v['same']} the same, {v['raised']} that raise either way, {v['refused']} refused, "
                f"{v['uncompiled']} uncompiled, {v['failed']} failed; {100 * (n - v['raised']) / n:.0f} % run without an exception; {self.replayed} calls replayed a program"]  # fmt: skip
        often = sorted(self.refusals.items(), key=lambda item: -len(item[1]))
        rows += [f"  {len(numbers):5} {words} (--one {numbers[0]})" for words, numbers in often]
        return "\n".join(rows)


def same_failure(program):
    """Return a function that says whether another program fails in the way in which this one does, and that way."""
    wanted = outcome(program).signature

    def fails(other):
        try:
            found = outcome(other)
        except Exception:  # a program that lost a part it needs may be no program any more
            return False
        return found.verdict == "failed" and found.signature == wanted

    return fails


def reproduction(program, shrink=True):
    """Return a short script that fails as the program does, with what it shows."""
    small = shrunk(program, same_failure(program)) if shrink else program
    found = outcome(small)
    return (
        f"# {found.words[:600]}\n# {found.signature}; statements: {', '.join(small.kinds())}\n{small.script()}",
        small,
    )


def reproductions(tally, made, kinds, examples, shrink=True):
    """Yield ``(how often, text)`` for each kind of failure, those of one signature told apart by what is left in them.

    made:     gives the program of a Finding
    kinds:    at most so many signatures
    examples: so many programs of a signature are shrunk
    """
    for signature, findings in sorted(tally.found.items(), key=lambda item: -len(item[1]))[:kinds]:
        shown, known = sorted(findings, key=lambda finding: len(finding.kinds))[:examples], set()
        title = f"{len(findings)} × {' | '.join(map(str, signature))}"
        for finding in shown:
            if signature[0] == "crash":
                text, left = f"{finding.words}: --one {finding.number}", ()
            else:
                text, small = reproduction(made(finding), shrink)
                left = small.kinds()
            if left not in known:
                known.add(left)
                yield f"{title} (--one {finding.number})", text


def standalone(program):
    """Return a script that runs by itself, compiled or, with ``EAGER`` in the environment, as it is."""
    head = "import os\n\n" + PRELUDE + "\n\ncompiled = (lambda f, **how: f) if 'EAGER' in os.environ else tg.compile\n"
    return head + program.script()
