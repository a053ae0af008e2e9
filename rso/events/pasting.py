"""A list of participants as people copy it from a spreadsheet: text into rows, each cell under what it tells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rso.core.loading.files import Fault, Unreadable, csv_problem
from rso.core.names import normal, words_of
from rso.events.models import ParticipationRole
from rso.members.models import Sex

MOST = 500
#: What a column may tell, with the words by which headers name it. The first that fits is taken.
HEADERS: dict[str, str] = {
    "given": "first name;given name;forename;nama depan;ชื่อต้น",
    "family": "last name;family name;surname;nama belakang;นามสกุล",
    "name": "name;full name;participant;participant name;name of participant;nama;nama lengkap;ชื่อ;ชื่อ นามสกุล;ชื่อสกุล",
    "sex": "sex;gender;f m;m f;jenis kelamin;เพศ",
    "agency": "agency;organisation;organization;institution;ministry;department;affiliation;employer;instansi;lembaga;หน่วยงาน;องค์กร",
    "post": "post;position;title;job title;designation;rank;function;jabatan;ตำแหน่ง",
    "member": "country;state;member;member state;delegation;nationality;body;negara;ประเทศ",
    "role": "role;attending as;capacity;peran;บทบาท",
    "number": "number;count;people;persons;head count;headcount;pax;jumlah;จำนวน",
}
FIELDS = {normal(word): name for name, words in HEADERS.items() for word in words.split(";")}
#: What a column of a list may tell, in words.
TELLS = {
    "name": gettext_lazy("Name"),
    "given": gettext_lazy("Given name"),
    "family": gettext_lazy("Family name"),
    "sex": gettext_lazy("Sex"),
    "agency": gettext_lazy("Agency"),
    "post": gettext_lazy("Post"),
    "member": gettext_lazy("Member"),
    "role": gettext_lazy("Role"),
    "number": gettext_lazy("Number of people"),
}
#: Columns that number the rows tell nothing.
NUMBERING = frozenset(map(normal, ("no", "no.", "nr", "s/n", "sn", "#", "ลำดับ")))

#: The words of a cell that tell a sex, a role, or that nothing is known.
SEX_WORDS = {
    Sex.FEMALE: "f;female;woman;women;w;ms;mrs;miss;mdm;madam;perempuan;wanita;ibu;หญิง;นาง;นางสาว",
    Sex.MALE: "m;male;man;men;mr;laki-laki;pria;bapak;ชาย;นาย",
}
ROLE_WORDS = {
    ParticipationRole.PARTICIPANT: "participant;attendee;trainee;peserta;ผู้เข้าร่วม",
    ParticipationRole.DELEGATE: "delegate;representative;head of delegation;delegasi;ผู้แทน",
    ParticipationRole.SPEAKER: "speaker;panellist;panelist;moderator;presenter;pembicara;วิทยากร",
    ParticipationRole.EXPERT: "expert;facilitator;trainer;resource person;ahli;ผู้เชี่ยวชาญ",
    ParticipationRole.OBSERVER: "observer;pengamat;ผู้สังเกตการณ์",
    ParticipationRole.STAFF: "staff;secretariat;organiser;organizer;staf;เจ้าหน้าที่",
}
SEXES = {normal(word): sex for sex, words in SEX_WORDS.items() for word in words.split(";")}
ROLES = {normal(word): role for role, words in ROLE_WORDS.items() for word in words.split(";")}
UNKNOWN = frozenset(
    map(normal, ("", "unknown", "n/a", "na", "none", "not stated", "prefer not to say", "x", "u", "ไม่ทราบ"))
)


@dataclass(frozen=True)
class PastedRow:
    """A row as it was pasted: its line, and text by what it tells."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass
class Pasted:
    """What was pasted. `fields` say what each column tells, empty where it is left out; `problems` keep all of it out."""

    titles: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    rows: list[PastedRow] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_pasted(
    text: str, *, fields: Sequence[str] = (), is_member: Callable[[str], bool] = lambda text: False
) -> Pasted:
    """Reads what was copied from a spreadsheet, or CSV, with a header or without.

    What a column tells is guessed from its header, or else from its cells, unless `fields` says it. `is_member` tells
    whether a text names a State or organisation.
    """
    found = Pasted()
    try:
        lines = _lines(text)
    except Unreadable as error:
        found.problems.append(str(error.fault))
        return found
    if not lines:
        found.problems.append(_("there is nothing to read; copy the rows in the spreadsheet and paste them here"))
        return found
    header = lines[0][1] if _is_header(lines[0][1]) else []
    rows = lines[1:] if header else lines
    if len(rows) > MOST:
        values = {"number": len(rows), "most": MOST}
        found.problems.append(_("has %(number)s rows; at most %(most)s at once: paste it in parts") % values)
        return found
    width = max(len(cells) for _line, cells in lines)
    columns = [[cells[at] if at < len(cells) else "" for _line, cells in rows] for at in range(width)]
    found.fields = list(fields) or (_from_header(header) if header else _from_cells(columns, is_member))
    found.fields += [""] * (width - len(found.fields))
    found.titles = [*header, *[""] * (width - len(header))] if header else []
    found.left_out = [title for title, name in zip(header, found.fields, strict=False) if title and not name]
    if not {"name", "given", "family", "number"} & set(found.fields):
        found.problems.append(_("has no column of names or of numbers of people; name the columns in the first row"))
    found.rows = [_row(line, cells, found.fields) for line, cells in rows]
    return found


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """The rows that say something, each with the line on which it begins.

    Raises Unreadable where a quotation mark would swallow the rows after it.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t;,", key=lambda mark: (mark == "\t" and mark in text, first.count(mark)))
    reader, line, found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1, []
    try:
        for cells in reader:
            cleaned = [" ".join(cell.split()) for cell in cells]
            if any(cleaned):
                found.append((line, cleaned))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Fault("", line, says=csv_problem(error))) from error
    return found


def _is_header(cells: Sequence[str]) -> bool:
    told = [normal(cell) for cell in cells if cell]
    known = [cell for cell in told if cell in FIELDS or cell in NUMBERING]
    return 2 * len(known) >= len(told) and any(cell in FIELDS for cell in known)


def _from_header(header: Sequence[str]) -> list[str]:
    """Each column's field by its title; of two with the same, the first tells it."""
    found: list[str] = []
    for title in header:
        name = FIELDS.get(normal(title), "")
        found.append("" if name in found else name)
    return found


def _from_cells(columns: Sequence[Sequence[str]], is_member: Callable[[str], bool]) -> list[str]:
    """Each column's field by what stands in it: sexes, roles, members and numbers are known by their words.

    What is left is the name, then the agency, then the post.
    """
    left = ["name", "agency", "post"]
    tests: dict[str, Callable[[str], bool]] = {
        "sex": lambda text: normal(text) in SEXES,
        "role": lambda text: normal(text) in ROLES,
        "member": is_member,
        "number": str.isdecimal,
    }
    found: list[str] = []
    for cells in columns:
        told = [cell for cell in cells if cell]
        name = next((n for n, fits in tests.items() if told and n not in found and _most(told, fits)), "")
        if name == "number" and [int(cell) for cell in told] == list(range(1, len(told) + 1)) and len(told) > 1:
            found.append("")
            continue
        found.append(name or (left.pop(0) if told and left else ""))
    return found


def _most(cells: Sequence[str], fits: Callable[[str], bool]) -> bool:
    number = sum(fits(cell) for cell in cells)
    return number == len(cells) if fits is str.isdecimal else 10 * number >= 6 * len(cells)


def _row(line: int, cells: Sequence[str], fields: Sequence[str]) -> PastedRow:
    told = {name: cell for name, cell in zip(fields, cells, strict=False) if name}
    whole = " ".join(filter(None, (told.pop("given", ""), told.pop("family", ""))))
    return PastedRow(line, {**told, "name": told.get("name") or whole})


# -- what cells say ----------------------------------------------------------------------------------------------------


def without_title(name: str) -> tuple[str, Sex | None]:
    """A name without the word by which its bearer is addressed, and the sex that this word tells."""
    first, _space, rest = name.partition(" ")
    title = first.rstrip(".").casefold()
    if rest and title not in (normal(rest), "") and words_of(f"{title} {rest}") == words_of(rest):
        return rest.strip(), SEXES.get(title)
    return name, None


def sex_of(text: str) -> Sex | None:
    """The sex that a cell tells; None where it is unknown. Raises ValueError where the cell says something else."""
    word = normal(text)
    if word in UNKNOWN:
        return None
    if word not in SEXES:
        raise ValueError(_("is no word for a sex that is known here; write female, male or unknown"))
    return SEXES[word]


def role_of(text: str) -> ParticipationRole:
    """The role that a cell tells; an empty cell is a participant. Raises ValueError."""
    word = normal(text)
    if word and word not in ROLES:
        known = ", ".join(role.name.lower() for role in ParticipationRole)
        raise ValueError(_("is no role; there are %(known)s") % {"known": known})
    return ROLES[word] if word else ParticipationRole.PARTICIPANT


def number_of(text: str, name: str) -> int:
    """How many people a row counts: a named person one, a head count what it says. Raises ValueError."""
    if text and not (text.isdecimal() and 1 <= int(text) <= 100_000):
        raise ValueError(_("is no number of people"))
    number = int(text) if text else 1
    if name and number != 1:
        raise ValueError(_("a named person counts once; a head count has no name"))
    return number
