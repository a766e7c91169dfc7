"""Draw the briefs 25 to 218 by lot: ``python docs/commissioning/draw_plan.py`` writes ``docs/commissioning/plan.yaml``.

Every value of a brief is drawn from a pool before anything is written, so that the set spreads over topics, genres, countries and styles
instead of over what a writer thinks of first. A row is dealt from a shuffled deck, so that no value is forgotten and none crowds the others out.
No event, town or surname is dealt twice: so no brief, setting or invented person can stand in two splits. ``plan.yaml`` is kept; drawing again with
the same seed gives the same bytes. (The first 24 briefs are in ``briefs.yaml``, drawn by ``draw_briefs.py``.)

The last eighteen, all for test, were drawn from what the pools had left, for the floors not yet reached: ten (batch 9) when the first 200 were done, then six
(batch 10), then two (batch 11). Each has ``must``; the happenings of a supplement are dealt from a list of its own (``SUPPLEMENTS``).
"""

from __future__ import annotations

import argparse
import datetime
import random
from pathlib import Path
from typing import Any

import yaml
from draw_briefs import DESKS, FITS, Deck

HERE = Path(__file__).parent
FIRST, BATCHES = 25, 8
BATCH = ["test"] * 14 + ["train"] * 6 + ["validation"] * 2  # a batch is annotated and released whole
PILOT = {"train": 12, "validation": 4, "test": 8}

# More than the pilot had: desks whose copy is full of other voices, lists and results.
MORE_DESKS = {
    "wire brief under 250 words": "Current",
    "statistics office or ministry bulletin, rewritten by an agency": "Wrap-up",
    "regional daily, second-day story": "Update",
    "explainer of a national broadcaster's site": "Background",
}
SPECIAL = {"sport agency", "club website", "market report"}
ROWS = {
    "stage": [
        "first flash",
        "second-day rise",
        "correction of an earlier report",
        "hearing or decision adjourned",
        "denial of an earlier report",
        "nothing new but printed",
        "follow-up after a week",
        "announcement",
        "anniversary or look back",
        "result or decision",
    ],
    "words": ["200-250", "250-350", "250-350", "350-450", "350-450", "450-550", "450-550", "550-650", "650-750", "750-880"],
    "full_quotes": ["none", "1-3", "1-3", "1-3", "1-3", "4-6", "4-6", "4-6", "7 or more", "7 or more"],
    "quote_habit": [
        "whole sentences, speaker after",
        "speaker first, then the quotation",
        "broken in two by the attribution",
        "broken in two by the attribution",
        "quoted fragments inside the reporter's sentences",
        "quoted fragments inside the reporter's sentences",
        "pasted in bulk from a statement",
        "mostly reported speech",
    ],
    "attribution_habit": [
        "attribution at the front",
        "attribution at the end",
        'attribution in the middle of the sentence ("The road, officials said, …")',
        "mixed",
        'attribution in the middle of the sentence ("The road, officials said, …")',
    ],
    "named_people": ["0-1", "2-4", "2-4", "2-4", "2-4", "5-7", "5-7", "8 or more"],
    "main_source": [
        "one official",
        "a document",
        "another outlet",
        "a statement",
        "a social-media post",
        "court or council record",
        "several that disagree",
        "an unnamed official",
        "a spokesperson",
        "scoreboard, list or table",
    ],
    "verb_habit": ["said only", "said only", "said and told", "according to", "claimed, stated, announced, warned", "present-tense 'says'"],
    "figures": [
        "single figure repeated",
        "toll or count in versions",
        "ranges (5% to 8%, between 40 and 60)",
        "percentages",
        "two currencies",
        "two unit systems",
        "table in prose",
        "estimate by one party",
        "wrong sum (note it)",
        "money in several places",
        "numbers spelled out in words",
        "vague numbers (dozens, hundreds, scores)",
        "bounds (at least, up to, fewer than)",
        "percentages compared with last year's",
    ],
    "tone": ["flat agency", "flat agency", "local and chatty", "official", "brisk", "slow and full of background"],
    "doubt": ["none", "denied", "not confirmed", "conditional", "plan not carried out", "rumour", "alleged, in the paper's own voice", "refused comment"],
    "ending": ["background"] * 4 + ["leftover detail"] * 3 + ["quote"] * 2 + ["next step"],
    "slip": ["none", "doubled word", "name spelt two ways", "lost mark", "wrong weekday", "none", "none", "number in one place off by a digit"],
    "mess": [
        "none",
        "none",
        "a paragraph out of order",
        "an unexplained discrepancy",
        "none",
        "a caption or contact line",
        "an unexplained discrepancy",
        "an '(Adds …)' line",
    ],
}
PHENOMENA = [  # commoner ones stand twice
    "an outlet passes on what somebody said (relayed, with the outlet named)",
    "an outlet passes on what somebody said (relayed, with the outlet named)",
    "a statement inside a statement",
    "a statement inside a statement",
    "a joint statement of two parties",
    "a document that speaks",
    "a plan that was given up or cancelled",
    "a plan that was given up or cancelled",
    "an act that was foiled or prevented",
    "an act that was foiled or prevented",
    "something one side says happened and another denies",
    "something one side says happened and another denies",
    "'allegedly' or 'alleged' of an act, in the paper's own voice",
    "'allegedly' or 'alleged' of an act, in the paper's own voice",
    "something still going on",
    "a second incident that is part of a larger one",
    "a revised figure",
    "a part of a counted whole (N, of whom M)",
    "a converted figure (other unit or currency)",
    "a vague number (dozens, hundreds)",
    "a vague number (dozens, hundreds)",
    "a range",
    "a range",
    "a bound (at least, up to, more than)",
    "a rank or place in a ranking",
    "a promise with a condition",
    "a threat or demand",
    "a demand or order reported indirectly",
    "a prediction",
    "praise, blame or regret, reported",
    "an accusation with a named culprit",
    "an accusation with a named culprit",
    "an apology",
    "a pronoun as the source of what is said",
    "a group without a name that says something",
    "something said by nobody named (it was announced, is said to)",
    "a percentage or a fraction",
    "a percentage or a fraction",
    "a comparison with an earlier figure",
    "an age or a duration in words",
    "quotation marks round a few words of a paraphrase",
    "quotation marks round a few words of a paraphrase",
    "three parties doing one thing together, at a named place",
]
# Small happenings to come up beside the main story, one for each kind of event that news tells; the rarer ones stand oftener.
HAPPENINGS = {
    "a ceasefire or surrender": 4,
    "sanctions, an embargo or an expulsion of diplomats": 4,
    "an outbreak of a disease or pest": 3,
    "a space, product or drug launch": 3,
    "relief goods or donations given": 3,
    "a prize or honour given": 4,
    "a concert, exhibition, film or book shown": 3,
    "a title, medal or record won": 3,
    "a goal, try or run": 2,
    "a match or race": 1,
    "a discovery": 3,
    "a power, water, road or flight outage": 4,
    "something built, repaired or demolished": 1,
    "a company or school closing": 2,
    "a company, school, road or service opening": 2,
    "job cuts": 3,
    "a purchase, merger or contract": 2,
    "a loan, grant or investment": 1,
    "a price or rate that moves": 2,
    "someone arrested": 4,
    "someone charged, sued or an appeal lodged": 3,
    "a hearing": 1,
    "a verdict, sentence or fine": 3,
    "someone released from custody": 3,
    "a theft, fraud or smuggling": 2,
    "a battle or brawl": 3,
    "an attack": 1,
    "troops or police sent or withdrawn": 1,
    "a demonstration or rally": 4,
    "a strike or walkout": 3,
    "a vote or election": 2,
    "a rule, ban or permit decided": 1,
    "someone appointed or elected to an office": 4,
    "someone resigning, sacked or suspended": 3,
    "a meeting of two sides": 1,
    "an agreement signed": 3,
    "a search or rescue or evacuation": 2,
    "goods or people crossing a border or arriving from elsewhere": 1,
    "deaths": 1,
    "injuries": 1,
    "an accident": 1,
    "a storm, flood, quake or drought": 2,
    "an inquiry, raid or seizure": 1,
}
SUPPLEMENTS: list[dict[str, Any]] = [
    # The rarest types of events, acts that the paper itself calls alleged, and accusations.
    {
        "briefs": 10,
        "happenings": [
            *["a ceasefire or truce signed"] * 3,
            *["a title, cup or record won"] * 5,
            *["an outbreak of a disease or pest"] * 2,
            *["a theft, break-in or assault that two people allegedly did"] * 5,
            *["something built, bought or sold allegedly without a permit"] * 5,
        ],
        "must": [
            "one named speaker accuses another named one of three or four things, another accuses back once or twice",
            "two speakers of one side accuse the same body, four or five accusations in all",
            "a letter or report accuses somebody named of several things, the accused answers",
        ],
    },
    # What has not happened, and accusations again.
    {
        "briefs": 6,
        "happenings": [
            *["a strike, march or hearing called for a day to come"] * 2,
            *["a sale, merger or move that was called off at the last moment"] * 2,
            *["a sacking, arrest or closure that somebody denies"] * 2,
            *["a search, trial or repair still going on"] * 2,
            *["a vote or ruling that would close, ban or dismiss if it passed"] * 2,
            *["an attack, theft or blaze that was prevented"] * 2,
        ],
        "must": [
            "most of what it tells is still to come (a programme with dates: openings, votes, hearings, deliveries, dismissals); one side accuses the other of three things",
            "most of what it tells was called off, prevented or put off (a sale, a march, a blockade, an appointment); who is to blame is disputed, with three or four accusations",
            "most of what it tells is said by one side to have happened and denied by the other, who gives plans of its own; three or four accusations, some of them returned",
        ],
    },
    # Accusations alone: the share that the gold needs was reached by less than one claim. The pool of events was used up.
    {
        "briefs": 2,
        "events": {
            "economy, business and finance": ["growers' co-operative throws out its accounts"],
            "education": ["school's building fund audited"],
            "environment": ["weighbridge tickets of a waste contractor questioned"],
            "labour": ["union branch election contested"],
            "society": ["housing association's chair asked to go"],
            "sport": ["federation's elections challenged"],
        },
        "happenings": [
            "a theft or fraud that two people allegedly did",
            "a plan or meeting that was called off",
            "someone who was suspended and denies the reason",
            "an inquiry still going on",
        ],
        "must": [
            "two speakers accuse the same body, six accusations in all, each of another wrong that the speaker names (lied, hid, stole, forged, broke the rules, neglected)",
            "one named speaker accuses another named one of five things in a row, each named as a wrong (lied, hid, stole, forged, broke the rules, neglected); the accused accuses back once",
        ],
    },
]
"""What the briefs after the batches hold for the sake of the floors; all of them are for test."""


def numbers(rng: random.Random) -> dict[str, list[str]]:
    """Numbers for the fact sheet. About four in ten of two digits or more end in 0, as in real copy."""

    def one(low: int, high: int) -> str:
        number = rng.randint(low, high)
        return str(round(number, -1) if number > 30 and rng.random() < 0.35 else number)

    return {
        "small": [one(2, 20) for _ in range(6)],
        "tens": [one(21, 99) for _ in range(6)],
        "hundreds": [one(100, 999) for _ in range(5)],
        "thousands": [f"{int(one(1000, 99000)):,}" for _ in range(4)],
        "decimals": [f"{rng.uniform(0.2, 60):.1f}" for _ in range(4)],
        "ages": [str(rng.randint(19, 84)) for _ in range(3)],
    }


def desks_for(topic: str) -> list[str]:
    """The desks that take a topic; sport has its own, market reports are of the economy."""
    fitting = [desk for desk in {**DESKS, **MORE_DESKS} if topic in FITS.get(desk, {topic})]
    return [desk for desk in fitting if topic != "sport" or desk in SPECIAL or "daily" in desk or "weekly" in desk or "wire" in desk]


def draw(seed: int = 20261128) -> list[dict]:
    """The briefs in order of their batches."""
    rng = random.Random(seed)
    pools = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((HERE / "pools").glob("*.yaml"))}
    count = BATCHES * len(BATCH)
    splits = [split for _ in range(BATCHES) for split in rng.sample(BATCH, len(BATCH))]
    # Topics are dealt by split, so that each split spreads over all of them.
    topic_decks = {split: Deck(list(pools["events"]), rng) for split in PILOT}
    event_decks = {topic: rng.sample(events, len(events)) for topic, events in pools["events"].items()}
    settings = pools["settings"]
    countries = [country for country, row in settings.items() for _ in range(row["articles"])]
    countries = rng.sample(countries, count)
    towns = {country: rng.sample(row["towns"], len(row["towns"])) for country, row in settings.items()}
    names = {country: {kind: rng.sample(row[kind], len(row[kind])) for kind in ("m", "f", "s")} for country, row in pools["names"].items()}
    used_surnames: set[str] = set()
    used_desks: dict[str, int] = dict.fromkeys({**DESKS, **MORE_DESKS}, 0)
    decks = {row: Deck(values, rng) for row, values in ROWS.items()}
    happenings = Deck([name for name, weight in HAPPENINGS.items() for _ in range(weight)], rng)
    phenomena = Deck(PHENOMENA, rng)
    out = []
    must: Deck | None = None
    starts = {FIRST + count + sum(row["briefs"] for row in SUPPLEMENTS[:i]): i for i in range(len(SUPPLEMENTS))}
    batches = [i // len(BATCH) + 1 for i in range(count)]
    for number in range(FIRST, FIRST + count + sum(row["briefs"] for row in SUPPLEMENTS)):
        if number in starts:
            supplement = SUPPLEMENTS[starts[number]]
            more = supplement["briefs"]
            # No country that test has, so that none grows crowded; no topic without an event left.
            fresh = sorted(settings.keys() - {brief["country"] for brief in out if brief["split"] == "test"})
            countries += rng.sample([country for country in fresh if towns[country]], more)
            splits += ["test"] * more
            batches += [BATCHES + 1 + starts[number]] * more
            for topic, events in supplement.get("events", {}).items():
                event_decks[topic] += events
            topic_decks["test"] = Deck([topic for topic, events in event_decks.items() if events], rng)
            happenings, must = Deck(supplement["happenings"], rng), Deck(supplement["must"], rng)
        split, country = splits[number - FIRST], countries[number - FIRST]
        topic = topic_decks[split].deal()
        while not event_decks[topic]:
            topic = topic_decks[split].deal()
        fitting = desks_for(topic)
        least = min(used_desks[desk] for desk in fitting)
        desk = rng.choice([desk for desk in fitting if used_desks[desk] <= least + 1])
        used_desks[desk] += 1
        brief = {
            "number": number, "batch": batches[number - FIRST], "split": split, "topic": topic, "event": event_decks[topic].pop(),
            "desk": desk, "genre": {**DESKS, **MORE_DESKS}[desk], "country": country, "town": towns[country].pop(),
            "setting": rng.choice(["in the town itself", "in the town itself", "in a village or district near it", "on its outskirts"]),
            "variety": settings[country]["variety"],
        }  # fmt: skip
        brief["quotation_marks"] = "single" if brief["variety"] not in ("US", "Philippine") and rng.random() < 0.4 else "double"
        brief |= {row: deck.deal() for row, deck in decks.items()}
        if desk.startswith("wire brief"):
            brief |= {"words": "200-250", "full_quotes": rng.choice(["none", "1-3"])}
        if desk == "magazine interview":
            brief |= {"full_quotes": "7 or more"}
        brief["phenomena"] = phenomena.deal_several(5)
        brief["also_happens"] = happenings.deal_several(2)
        if must:
            brief["must"] = must.deal()
        pool = names[country]
        people = []
        for i in range({"0-1": 3, "2-4": 5, "5-7": 8}.get(brief["named_people"], 11)):
            kind = "mf"[(i + number) % 2] if rng.random() < 0.8 else rng.choice("mf")
            surname = next((name for name in pool["s"] if name not in used_surnames), None)
            if surname is None or not pool[kind]:
                break
            used_surnames.add(surname)
            people.append(f"{pool[kind][(number + i) % len(pool[kind])]} | {surname} ({'man' if kind == 'm' else 'woman'})")
        brief["people"] = people
        brief["names_note"] = pools["names"][country]["note"]
        brief["numbers"] = numbers(rng)
        brief["published"] = str(datetime.date(2026, 1, 5) + datetime.timedelta(days=rng.randrange(700)))
        out.append(brief)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=20261128)
    text = yaml.safe_dump(draw(parser.parse_args().seed), sort_keys=False, allow_unicode=True, width=1000, default_flow_style=None)
    (HERE / "plan.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
