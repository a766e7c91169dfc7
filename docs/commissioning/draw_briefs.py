"""Draw the commissioning briefs by lot: ``python docs/commissioning/draw_briefs.py > docs/commissioning/briefs.yaml``.

Every value of a brief is drawn from a list below before anything is written, so that the set spreads over
topics, genres, countries and styles instead of over what a writer thinks of first. The result is kept beside
this file; drawing again with the same seed gives the same briefs.
"""

import argparse
import random

# Topic (IPTC Media Topic, top level) -> happenings to draw from. A third are small or dull on purpose.
EVENTS = {
    "arts, culture, entertainment and media": ["museum director leaves after dispute", "festival line-up and ticket row", "radio station loses its licence"],
    "conflict, war and peace": ["border incident with two versions", "truce extended for the second time", "troops redeployed after a checkpoint attack"],
    "crime, law and justice": ["verdict in an embezzlement case", "trial opening adjourned", "inquest hears evidence", "arrests over a foiled robbery"],
    "disaster, accident and emergency incident": ["ferry accident, second-day toll", "warehouse fire", "bus crash with revised toll"],
    "economy, business and finance": ["rate decision", "takeover bid rejected", "quarterly results of a mid-sized listed firm", "commodity market report"],
    "education": ["teachers' union and ministry on exam marking", "school closures plan leaked"],
    "environment": ["river pollution, company denies", "court halts a mine extension"],
    "health": ["cholera outbreak, agency figures differ", "drug recall"],
    "human interest": ["lost hiker found", "reunion after a mistaken report of death"],
    "labour": ["port strike called off", "layoffs at a plant announced"],
    "lifestyle and leisure": ["hotel opening delayed", "food festival draws fewer visitors"],
    "politics and government": ["election count disputed", "minister suspended", "council votes on a tender"],
    "religion": ["bishop's appointment opposed by some parishes", "pilgrimage route reopened"],
    "science and technology": ["satellite launch scrubbed then flown", "university study of bats and wind farms"],
    "society": ["census result and a housing petition", "protest for a pedestrian crossing"],
    "sport": ["league match report", "athletics meeting with a national record", "coach sacked after run of defeats"],
    "weather": ["cyclone warning and evacuation", "hail damage to orchards"],
}
# Desk -> genre (IPTC genre NewsCode), style notes.
DESKS = {
    "state agency foreign desk": "Current",
    "Western wire update": "Update",
    "relay or aggregator quoting other outlets": "Summary",
    "national daily": "Current",
    "regional weekly": "Feature",
    "council reporter of a local paper": "Current",
    "court agency": "From_the_Scene",
    "sport agency": "Current",
    "club website": "Current",
    "market report": "Wrap-up",
    "trade title": "Analysis",
    "institute or company release": "Press_Release",
    "translated local news site": "Current",
    "live digest (time-stamped entries)": "Update",
    "magazine interview": "Interview",
    "national daily, obituary or profile desk": "Profile",
}
# Country of the setting -> (variety of English, currency).
COUNTRIES = {
    "Ghana": "British",
    "Kenya": "Kenyan",
    "India": "Indian",
    "Pakistan": "South Asian",
    "Philippines": "Philippine",
    "Canada": "Canadian",
    "United States": "US",
    "Scotland": "British",
    "Ireland": "Irish",
    "Australia": "Australian",
    "South Africa": "South African",
    "Jamaica": "Caribbean",
    "Peru": "English as a second language",
    "Brazil": "US",
    "Mexico": "US",
    "Poland": "English as a second language",
    "Serbia": "English as a second language",
    "Finland": "British",
    "Portugal": "British",
    "Turkey": "English as a second language",
    "Oman": "Gulf",
    "Egypt": "British",
    "Senegal": "US",
    "Ethiopia": "US",
    "Vietnam": "English as a second language",
    "Japan": "US",
    "Indonesia": "British",
    "Fiji": "New Zealand",
    "Georgia": "British",
    "Kazakhstan": "English as a second language",
    "Argentina": "US",
    "Lithuania": "British",
    "Zambia": "British",
    "Sri Lanka": "British",
    "Morocco": "US",
    "Cyprus": "British",
}
FITS = {  # desks that only take some topics
    "sport agency": {"sport"},
    "club website": {"sport"},
    "market report": {"economy, business and finance"},
    "court agency": {"crime, law and justice", "environment"},
    "council reporter of a local paper": {"politics and government", "society", "education", "lifestyle and leisure", "environment"},
    "live digest (time-stamped entries)": {
        "weather",
        "disaster, accident and emergency incident",
        "politics and government",
        "conflict, war and peace",
        "labour",
    },
    "trade title": {
        "economy, business and finance",
        "labour",
        "lifestyle and leisure",
        "science and technology",
        "health",
        "arts, culture, entertainment and media",
    },
    "institute or company release": {"science and technology", "health", "environment", "education", "arts, culture, entertainment and media", "labour"},
    "national daily, obituary or profile desk": {"arts, culture, entertainment and media", "human interest", "religion", "science and technology", "education"},
    "magazine interview": {
        "arts, culture, entertainment and media",
        "lifestyle and leisure",
        "human interest",
        "religion",
        "health",
        "society",
        "science and technology",
    },
}
ROWS = {
    "place": ["capital", "second city", "port town", "small town", "village", "border district", "provincial capital"],
    "stage": [
        "first flash",
        "second-day rise",
        "correction",
        "hearing adjourned",
        "denial of an earlier report",
        "nothing new but printed",
        "follow-up after a week",
        "announcement",
    ],
    "words": ["250-330", "330-450", "330-450", "450-560", "450-560", "560-690"],
    "full_quotes": ["none", "1-3", "1-3", "1-3", "4-6", "4-6", "7 or more"],
    "named_people": ["0-1", "2-4", "2-4", "2-4", "5-7", "8 or more"],
    "main_source": [
        "one official",
        "a document",
        "another outlet",
        "a statement",
        "a social-media post",
        "court or council record",
        "several that disagree",
        "an unnamed official",
    ],
    "verb_habit": ["said only", "said and told", "according to", "claimed, stated, announced", "present-tense 'says'"],
    "figures": [
        "single figure",
        "toll in versions",
        "range",
        "percentage without base",
        "two currencies",
        "two unit systems",
        "table in prose",
        "estimate by one party",
        "wrong sum (sidecar)",
    ],
    "doubt": ["none", "denied", "not confirmed", "conditional", "plan not carried out", "rumour", "refused comment"],
    "ending": ["background"] * 4 + ["leftover detail"] * 3 + ["quote"] * 2 + ["next step"],
    "quotation_marks": ["double"] * 3 + ["single"],
    "slip": ["none", "doubled word", "name spelt two ways", "lost mark", "wrong weekday", "none"],
}
PHENOMENA = [
    "a relayed quote (an outlet passes on what somebody said)",
    "a statement inside a statement",
    "a joint statement of two parties",
    "a document that speaks",
    "a plan that was given up",
    "a foiled or averted act",
    "an event that one side denies",
    "an 'allegedly' in the article's voice",
    "a second incident that is part of a larger one",
    "a revised figure",
    "a subset figure (N, of whom M)",
    "a converted figure",
    "a vague number (dozens, hundreds)",
    "a bound (at least, up to, more than)",
    "a rank or ordinal in a ranking",
    "a promise with a condition",
    "a demand or order reported indirectly",
    "a prediction",
    "an accusation with a named culprit",
    "someone injured, dead or missing, if it fits",
    "a pronoun as the source of a claim",
    "a group without a name as a source",
    "money in two places",
    "a rate or measure with a unit",
    "an age or a duration in words",
]


class Deck:
    """Deals values in shuffled rounds, so that counts differ by one at most."""

    def __init__(self, values: list[str], rng: random.Random) -> None:
        self.values, self.rng, self.left = values, rng, []

    def deal(self) -> str:
        if not self.left:
            self.left = self.rng.sample(self.values, len(self.values))
        return self.left.pop()

    def deal_several(self, count: int) -> list[str]:
        """``count`` different values; what would repeat one is dealt later."""
        out: list[str] = []
        back: list[str] = []
        while len(out) < count:
            value = self.deal()
            (back if value in out else out).append(value)
        self.left += back
        return out


def draw(count: int, seed: int = 20261150) -> list[dict]:
    """``count`` briefs; the splits are dealt out so that 1/2 is train, 1/6 validation, 1/3 test."""
    rng = random.Random(seed)
    topics = list(EVENTS)
    while len(topics) < count:
        topics += rng.sample(list(EVENTS), min(len(EVENTS), count - len(topics)))
    topics = topics[:count]
    rng.shuffle(topics)
    splits = ["train"] * (count // 2) + ["validation"] * (count // 6)
    splits += ["test"] * (count - len(splits))
    rng.shuffle(splits)
    countries = rng.sample(list(COUNTRIES), count)
    used_desks: dict[str, int] = dict.fromkeys(DESKS, 0)
    decks = {row: Deck(values, rng) for row, values in ROWS.items()}
    out = []
    used_events: set[str] = set()
    for number, (topic, split, country) in enumerate(zip(topics, splits, countries, strict=True), 1):
        fitting = [d for d in DESKS if topic in FITS.get(d, set(EVENTS)) and (topic != "sport" or d in FITS or "daily" in d or "weekly" in d)]
        least = min(used_desks[d] for d in fitting)
        desk = rng.choice([d for d in fitting if used_desks[d] == least])
        used_desks[desk] += 1
        events = [e for e in EVENTS[topic] if e not in used_events] or EVENTS[topic]
        event = rng.choice(events)
        used_events.add(event)
        brief = {
            "number": number,
            "split": split,
            "topic": topic,
            "event": event,
            "desk": desk,
            "genre": DESKS[desk],
            "country": country,
            "variety": COUNTRIES[country],
        }
        brief |= {row: deck.deal() for row, deck in decks.items()}
        brief["phenomena"] = rng.sample(PHENOMENA, 4)
        brief["lot"] = rng.randrange(10**6)
        brief["published"] = f"2026-{rng.randint(1, 10):02d}-{rng.randint(1, 28):02d}"
        out.append(brief)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", type=int, default=20261150)
    args = parser.parse_args()
    import yaml

    print(yaml.safe_dump(draw(args.count, args.seed), sort_keys=False, allow_unicode=True, width=1000), end="")


if __name__ == "__main__":
    main()
