"""Bad folders: every fault is named with its file, row, column and value and what would be right; nothing is changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from typer.testing import CliRunner

from rso.accounts.actions import platform
from rso.cli import app
from rso.core.loading.load import BadFolder, load
from rso.events.models import Event, EventType
from rso.members.models import Person

#: Something done to a folder.
Spoil = Callable[[Path], object]

#: A small office, loaded on top of the example office. Cases spoil one place of it.
FOLDER = {
    "users.csv": """ref,name,email,role,active
t-tess,Tess,tess@rso.example,programme_officer,yes
""",
    "sources.csv": """ref,author,title,published_on,publisher,link,note
t-source,The office,A report,2022,,https://rso.example/report,
""",
    "statements.csv": """ref,source,place,says,number,unit,period
t-total,t-source,page 1,Three came from the organisation.,3,people,2022
t-bodies,t-source,page 2,Two bodies took part.,2,bodies,2022
""",
    "bodies.csv": """ref,kind,name,country,parent,sector,joined_on,left_on,tile_column,tile_line
t-state,member_state,Teststate,XTS,,,2002-02-28,,1,1
t-union,member_organisation,Testunion,,,,,,,
t-police,agency,Testpolice,XTS,t-state,police,,,,
""",
    "people.csv": """ref,name,body,agency,post
t-anna,Anna,t-state,t-police,Officer
t-ben,Ben Tan,t-state,t-police,
t-cara,Cara,t-state,,
""",
    "focal_points.csv": """ref,body,person,starts_on,ends_on
t-focal,t-state,t-anna,2022-01-01,2022-12-31
""",
    "groups.csv": """ref,kind,parent
t-group,working_group,
t-part,working_group,t-group
""",
    "seats.csv": """ref,group,body,role,starts_on,ends_on
t-seat,t-group,t-state,co_chair,2022-01-01,2022-12-31
""",
    "themes.csv": """ref,title,short,set,valid_from,valid_to
t-law,Law,Law,programme,2020-01-01,
t-sea,Sea,Sea,programme,2020-01-01,2024-01-01
""",
    "requests.csv": """ref,title,received_on,answered_on,state,members
t-ask,Help,2022-01-10,2022-02-01,answered,t-state;t-union
""",
    "activities.csv": """ref,title,purpose,starts_on,ends_on,themes,requests,partners
t-work,Work,CP1,2022-01-01,2022-12-31,t-law:60;t-sea:40,t-ask,t-union
""",
    "events.csv": """ref,title,type,state,reason,office_role,group,ordinal,country,starts_on,ends_on,activity,stated,summary
t-course,Course,training,held,,organised,,,XTS,2022-03-08,2022-03-10,t-work,t-bodies,"First line
second line"
t-meet,Meeting,forum,planned,,organised,t-group,1,,2022-05-01,2022-05-01,t-work,,
t-next,Next meeting,forum,planned,,organised,t-group,2,,2022-06-01,2022-06-01,t-work,,
""",
    "participations.csv": """ref,event,member,agency,person,number,sex,role,state,mode,statement
t-p1,t-course,t-state,t-police,t-anna,1,female,participant,attended,online,
t-p2,t-course,t-state,t-police,t-ben,1,male,participant,attended,online,
t-p3,t-course,t-union,,,3,,participant,attended,in_room,t-total
""",
    "quotes.yaml": """- ref: t-quote
  speaker: Anna
  words: We learned much.
  consent: given
""",
    "notes.yaml": """- ref: t-note
  figure: events-held
  text: Without meetings of others.
""",
    "rates.csv": """ref,currency,on,rate,scale
t-rate,EUR,2022-01-03,15500,10000
""",
    "contributions.csv": """ref,title,funder,kind,state,amount,currency,rate,scale,rate_on,received_on,starts_on,ends_on,activities
t-gift,Gift,t-state,project,received,1000.00,EUR,15500,10000,2022-01-03,2022-01-20,2022-01-01,2022-12-31,t-work
""",
    "expenditure.csv": """ref,spent_on,category,activity,amount,currency,rate,reverses
t-x1,2022-03-01,FEE,t-work,100.00,AUD,1,
t-x2,2022-03-02,FEE,t-work,-100.00,AUD,1,t-x1
t-x3,2022-03-03,FEE,t-work,90.50,AUD,1,
""",
    "publications.csv": """ref,title,kind,state,reason,first_issued_on,series,part_of_series,link
t-guide,Guide,toolkit,published,,2022-05-30,Guides,1,https://rso.example/guide
""",
    "editions.csv": """ref,publication,language,number,issued_on
t-guide-en,t-guide,en,1,2022-05-30
t-guide-th,t-guide,th,1,2022-06-30
""",
    "reports.csv": """ref,title,definition,period
t-report,Annual Report,annual,2022
""",
}


DATE = "a date as 2022-09-30, of the years 1900 to 2199"
WHOLE = "a whole number from 0 to 2,147,483,647"
AMOUNT = "an amount such as 1250.00"
NARROW = f"“{'B' * 57}…”"
TURNED = "which turns the reading direction; remove it"
UNCLEAR = "check its indentation and its quotes"
LEDGER = "is in the ledger and is never altered; post an entry that reverses it, and a new one"
PERIODS = "2022, 2022-H1, 2022-Q3, 2022-09, FY2022 or 2022-07-01..2023-06-30"
AGENCY = "is an agency; name its State or organisation here and the agency beside it"
REF = "a ref of letters, digits, points, hyphens and underscores"
WEIGHTS = "refs of theme rows, each with a weight from 1 to 100, such as A:60;B:40"
LINK = "an address that begins with https:// or http://"
TYPES = ", ".join(EventType.values)
COLUMNS = "ref, name, body, agency, post, basis, source"
CODE = "is no country code of three capital letters, such as THA"
FORMULA = "looks like a spreadsheet formula; write the value itself"
TAG = "is a tag, which no file of ours has; write plain text"
# fmt: off
NO_DATES = {
    "another shape": "10/03/2022", "the thirtieth of February": "2022-02-30", "no leap year": "2022-02-29",
    "zeros": "0000-00-00", "the year 10000": "10000-01-01", "a year of long ago": "0202-03-10",
    "with a time": "2022-03-10 00:00:00", "Arabic-Indic digits": "٢٠٢٢-٠٣-١٠",
}
NO_NUMBERS = {
    "words": "three", "negative": "-3", "a fraction": "2.5", "a plus sign": "+5", "an exponent": "1e5",
    "Arabic-Indic digits": "٣", "larger than the database holds": "3000000000",
}
NO_AMOUNTS = {
    "a thousands separator": "1,090.50", "a decimal comma": "90,50", "a currency sign": "$90.50",
    "three decimals": "90.505", "not a number": "NaN",
}

#: What the case is, the file, the text that is replaced, what stands there instead, every fault.
CELLS: list[tuple[str, str, str, str, list[str]]] = [
    *[(f"a date: {name}", "events.csv", "2022-03-10,t-work", f"{text},t-work",
       [f"events.csv, row 2, ends_on: “{text}” is not {DATE}"]) for name, text in NO_DATES.items()],
    *[(f"a number: {name}", "participations.csv", "t-union,,,3", f"t-union,,,{text}",
       [f"participations.csv, row 4, number: “{text}” is not {WHOLE}"]) for name, text in NO_NUMBERS.items()],
    *[(f"an amount: {name}", "expenditure.csv", "t-work,90.50", f't-work,"{text}"',
       [f"expenditure.csv, row 4, amount: “{text}” is not {AMOUNT}"]) for name, text in NO_AMOUNTS.items()],
    ("a date left empty", "events.csv", "2022-03-10,t-work", ",t-work",
     [f"events.csv, row 2, ends_on: is empty; it needs {DATE}"]),
    ("an amount left empty", "expenditure.csv", "t-work,90.50", "t-work,",
     [f"expenditure.csv, row 4, amount: is empty; it needs {AMOUNT}"]),
    ("a stated number of five decimals", "statements.csv", "2,bodies", "2.00001,bodies",
     ["statements.csv, row 3, number: “2.00001” is not a number such as 12.5, with at most 4 decimals"]),
    ("a rate with a decimal point", "rates.csv", "15500,10000", "1.55,10000",
     ["rates.csv, row 2, rate: “1.55” is not the rate as a whole number, over its scale"]),
    ("an unknown choice", "events.csv", "Course,training", "Course,traning",
     [f"events.csv, row 2, type: “traning” is none of {TYPES}; did you mean training?"]),
    ("a choice in capitals", "events.csv", "Course,training", "Course,TRAINING",
     [f"events.csv, row 2, type: “TRAINING” is none of {TYPES}; did you mean training?"]),
    ("a choice like no other", "quotes.yaml", "given", "perhaps",
     ["quotes.yaml, row 1, consent: “perhaps” is none of given, published, withdrawn"]),
    ("neither yes nor no", "users.csv", "officer,yes", "officer,true",
     ["users.csv, row 2, active: “true” is none of yes, no"]),
    ("an unknown member", "participations.csv", "t-union", "t-onion",
     ["participations.csv, row 4, member: “t-onion” is no known body; did you mean t-union or TON?"]),
    ("an unknown member like no other", "participations.csv", "t-union", "Q9",
     ["participations.csv, row 4, member: “Q9” is no known body; bodies.csv has no such ref"]),
    ("a ref in another case", "activities.csv", "Work,CP1", "Work,cp1",
     ["activities.csv, row 2, purpose: “cp1” is no known core purpose; did you mean CP1?"]),
    ("an unknown ref in a list", "requests.csv", "t-state;t-union", "t-state;t-onion",
     ["requests.csv, row 2, members: “t-onion” is no known body; did you mean t-union or TON?"]),
    ("a ref with a slash", "people.csv", "t-cara,Cara", "t/cara,Cara",
     [f"people.csv, row 4, ref: “t/cara” is not {REF}"]),
    ("a ref with a space", "people.csv", "t-cara,Cara", "t cara,Cara",
     [f"people.csv, row 4, ref: “t cara” is not {REF}"]),
    ("a ref left empty", "people.csv", "t-cara,Cara", ",Cara", [f"people.csv, row 4, ref: is empty; it needs {REF}"]),
    ("a ref of 61 characters", "people.csv", "t-cara,Cara", "t" * 61 + ",Cara",
     [f"people.csv, row 4, ref: “{'t' * 57}…” is 61 characters long; at most 60 fit"]),
    ("a ref twice", "people.csv", "t-cara,Cara", "t-anna,Cara",
     ["people.csv, row 4, ref: “t-anna” stands in row 2 already"]),
    ("a ref of the platform itself", "users.csv", "t-tess", "platform",
     ["users.csv, row 2, ref: “platform” belongs to the platform itself; take another"]),
    ("a list that names a ref twice", "requests.csv", "t-state;t-union", "t-state;t-state",
     ["requests.csv, row 2, members: “t-state;t-state” names t-state twice"]),
    ("a share that is no number", "activities.csv", "t-law:60;t-sea:40", "t-law:many;t-sea",
     [f"activities.csv, row 2, themes: “t-law:many;t-sea” has “t-law:many”, “t-sea”; it needs {WEIGHTS}"]),
    ("a share over 100", "activities.csv", "t-law:60;t-sea:40", "t-law:101",
     [f"activities.csv, row 2, themes: “t-law:101” has “t-law:101”; it needs {WEIGHTS}"]),
    ("a share of nothing", "activities.csv", "t-law:60;t-sea:40", "t-law:100;t-sea:0",
     [f"activities.csv, row 2, themes: “t-law:100;t-sea:0” has “t-sea:0”; it needs {WEIGHTS}"]),
    ("a share of nobody", "activities.csv", "t-law:60;t-sea:40", ":100",
     [f"activities.csv, row 2, themes: “:100” has “:100”; it needs {WEIGHTS}"]),
    ("a group that belongs to itself", "groups.csv", "t-group,working_group,", "t-group,working_group,t-group",
     ["groups.csv, row 2, parent: “t-group” is the row itself"]),
    ("groups that belong to one another", "groups.csv", "t-group,working_group,\n", "t-group,working_group,t-part\n",
     ["groups.csv, row 2, parent: “t-part” leads in a circle back to the row itself",
      "groups.csv, row 3, parent: “t-group” leads in a circle back to the row itself"]),
    ("a name left empty", "people.csv", "t-ben,Ben Tan", "t-ben,",
     ["people.csv, row 3, name: is empty; it needs text"]),
    ("a name of spaces", "people.csv", "t-ben,Ben Tan", "t-ben,   ",
     ["people.csv, row 3, name: “   ” is empty; it needs text"]),
    ("a name too long", "people.csv", "t-ben,Ben Tan", "t-ben," + "B" * 161,
     [f"people.csv, row 3, name: {NARROW} is 161 characters long; at most 160 fit"]),
    ("a formula", "people.csv", "Ben Tan", "=HYPERLINK(A1)", [f"people.csv, row 3, name: “=HYPERLINK(A1)” {FORMULA}"]),
    ("a formula behind a space", "people.csv", "Ben Tan", " =1+1", [f"people.csv, row 3, name: “ =1+1” {FORMULA}"]),
    ("a formula that calls a program", "people.csv", "Ben Tan", "-1+cmd|' /C calc'!A0",
     [f"people.csv, row 3, name: “-1+cmd|' /C calc'!A0” {FORMULA}"]),
    ("a right-to-left override", "people.csv", "Ben Tan", "Ben\u202enaT",
     [f"people.csv, row 3, name: “Ben\\u202enaT” holds the invisible character U+202E, {TURNED}"]),
    ("a bell", "people.csv", "Ben Tan", "Ben\aTan",
     ["people.csv, row 3, name: “Ben\\u0007Tan” holds the control character U+0007; remove it"]),
    ("a second byte order mark", "people.csv", "t-ben,Ben Tan", "t-ben,\ufeffBen Tan",
     ["people.csv, row 3, name: “\\ufeffBen Tan” holds the control character U+FEFF; remove it"]),
    ("half a character", "quotes.yaml", "We learned much.", "\"\\ud83d\"",
     ["quotes.yaml, row 3: has half a character; write the character itself"]),
    ("a NUL written in YAML", "quotes.yaml", "We learned much.", "\"a\\0b\"",
     ["quotes.yaml, row 1, words: “a\\u0000b” holds the control character U+0000; remove it"]),
    ("an address that runs a script", "publications.csv", "https://rso.example/guide", "javascript:alert(1)",
     [f"publications.csv, row 2, link: “javascript:alert(1)” is not {LINK}"]),
    ("an address for files", "publications.csv", "https://rso.example/guide", "ftp://rso.example/guide",
     [f"publications.csv, row 2, link: “ftp://rso.example/guide” is not {LINK}"]),
    ("no e-mail address", "users.csv", "tess@rso.example", "tess at rso.example",
     ["users.csv, row 2, email: “tess at rso.example” is not an e-mail address"]),
    ("a figure that is no name", "notes.yaml", "events-held", "events held",
     ["notes.yaml, row 1, figure: “events held” is not a name of letters, digits and hyphens"]),
    ("a row too long", "people.csv", "t-ben,Ben Tan", "t-ben,Tan, Ben",
     ["people.csv, row 3: has 6 cells; the header has 5; quote a cell that holds a comma"]),
    ("a row too short", "people.csv", "t-ben,Ben Tan,t-state", "t-ben,Ben Tan",
     ["people.csv, row 3: has 4 cells; the header has 5; quote a cell that holds a comma"]),
    ("the header again", "people.csv", "t-cara,Cara,t-state,,", "ref,name,body,agency,post",
     ["people.csv, row 4: repeats the header; remove it"]),
    ("a quotation mark never closed", "people.csv", "Ben Tan", '"Ben Tan',
     ["people.csv, row 3: opens a quotation mark that is never closed"]),
    ("a quotation mark inside a quoted cell", "people.csv", "Ben Tan", '"Ben "Benny" Tan"',
     ["people.csv, row 3: has a quotation mark inside a quoted cell; write it twice"]),
    ("an unknown column", "people.csv", "name,body", "naem,body",
     ["people.csv, row 1, naem: is no column of this file; did you mean name?",
      "people.csv, row 1, name: is missing from the header"]),
    ("an unknown column like no other", "people.csv", "agency,post", "agency,salary",
     [f"people.csv, row 1, salary: is no column of this file; there are {COLUMNS}"]),
    ("a missing column", "people.csv", "ref,name,body", "ref,body",
     ["people.csv, row 1, name: is missing from the header"]),
    ("a column twice", "people.csv", "agency,post", "agency,agency",
     ["people.csv, row 1, agency: stands twice in the header"]),
    ("a column without a name", "people.csv", "agency,post", "agency,",
     ["people.csv, row 1: has a column without a name; remove it, or name it"]),
    ("semicolons for commas", "people.csv", "ref,name,body,agency,post", "ref;name;body;agency;post",
     ["people.csv, row 1: parts its cells with semicolons; save it with commas"]),
    ("an empty first row", "people.csv", "ref,name,body,agency,post", "\nref,name,body,agency,post",
     ["people.csv: has no header; its first row names the columns ref,name,body,agency,post,basis,source"]),
    ("a tab in YAML", "notes.yaml", "  text", "\ttext", ["notes.yaml, row 3: is indented with a tab; use spaces"]),
    ("a colon in YAML text", "notes.yaml", "Without meetings", "Without: meetings",
     ["notes.yaml, row 3: has a colon inside a text; put the text in quotes"]),
    ("a quotation mark never closed in YAML", "notes.yaml", "Without", '"Without',
     ["notes.yaml, row 3: opens a quotation mark that is never closed"]),
    ("YAML indented wrongly", "notes.yaml", "  text", " text",
     [f"notes.yaml, row 3: cannot be read as YAML (did not find expected '-' indicator); {UNCLEAR}"]),
    ("two YAML documents", "notes.yaml", "- ref: t-note\n", "- ref: t-note\n---\n",
     ["notes.yaml, row 2: begins a second document; remove the line “---”"]),
    ("an anchor in YAML", "notes.yaml", "t-note", "&a t-note",
     ["notes.yaml, row 1: uses an anchor or alias; write the value out"]),
    ("an alias in YAML", "notes.yaml", "t-note", "*a",
     ["notes.yaml, row 1: uses an anchor or alias; write the value out"]),
    ("a Python object in YAML", "notes.yaml", "Without meetings of others.", '!!python/object/apply:os.system ["true"]',
     [f"notes.yaml, row 3, text: “!!python/object/apply:os.system” {TAG}"]),
    ("a tag in YAML", "notes.yaml", "t-note", "!!int 5", [f"notes.yaml, row 1, ref: “!!int” {TAG}"]),
    ("nested YAML", "notes.yaml", "Without meetings of others.", "{en: Without}",
     ["notes.yaml, row 3, text: is nested; write text or a list of texts"]),
    ("a list in the place of a text", "notes.yaml", "Without meetings of others.", "[Without, meetings]",
     ["notes.yaml, row 3, text: is a list; this column takes one text"]),
    ("a YAML key twice", "notes.yaml", "  text", "  figure: publications\n  text",
     ["notes.yaml, row 3, figure: stands twice in the same entry"]),
    ("an unknown YAML key", "notes.yaml", "  text", "  txt",
     ["notes.yaml, row 1, text: is empty; it needs text",
      "notes.yaml, row 3, txt: is no column of this file; did you mean text?"]),
    ("a control character in YAML", "notes.yaml", "Without", "With\aout",
     ["notes.yaml, row 3: holds the control character U+0007; remove it"]),
    ("dates reversed", "events.csv", "2022-03-10,t-work", "2022-03-01,t-work",
     ["events.csv, row 2, ends_on: “2022-03-01” lies before the first day, 2022-03-08"]),
    ("dates of a theme reversed", "themes.csv", "2024-01-01", "2019-01-01",
     ["themes.csv, row 3, valid_to: “2019-01-01” is not after its first day"]),
    ("a seat of one day", "seats.csv", "2022-12-31", "2022-01-01",
     ["seats.csv, row 2, ends_on: “2022-01-01” is the first day itself; a seat ends after it begins"]),
    ("dates of a focal point reversed", "focal_points.csv", "2022-12-31", "2021-12-31",
     ["focal_points.csv, row 2, ends_on: “2021-12-31” lies before the first day"]),
    ("a member that left before it joined", "bodies.csv", "2002-02-28,", "2002-02-28,2001-01-01",
     ["bodies.csv, row 2, left_on: “2001-01-01” comes before the day of joining"]),
    ("an agency of nobody", "bodies.csv", "XTS,t-state,police", "XTS,,police",
     ["bodies.csv, row 4, parent: an agency belongs to a State or organisation; name it"]),
    ("a country in words", "bodies.csv", "Teststate,XTS", "Teststate,xts",
     [f"bodies.csv, row 2, country: “xts” {CODE}"]),
    ("half a tile", "bodies.csv", ",1,1", ",1,",
     ["bodies.csv, row 2, tile_line: a tile has a column and a line, or neither"]),
    ("a tile outside the grid", "bodies.csv", ",1,1", ",16,1",
     ["bodies.csv, row 2, tile_column: “16” lies outside the grid; columns are 1 to 15"]),
    ("shares that sum to less than 100", "activities.csv", "t-sea:40", "t-sea:30",
     ["activities.csv, row 2, themes: “t-law:60;t-sea:30” weights sum to 90; they must sum to 100"]),
    ("a person twice in an event", "participations.csv", "t-ben", "t-anna",
     ["participations.csv, row 3, person, event: “t-anna, t-course” stand together in row 2 already"]),
    ("a head count with a name", "participations.csv", "t-ben,1", "t-ben,2",
     ["participations.csv, row 3, number: “2” a named person counts once; a head count has no name"]),
    ("a head count of nobody", "participations.csv", "t-union,,,3", "t-union,,,0",
     ["participations.csv, row 4, number: “0” a head count is at least 1"]),
    ("an agency as member", "participations.csv", "t-union", "t-police",
     [f"participations.csv, row 4, member: “t-police” {AGENCY}"]),
    ("a State as agency", "participations.csv", "t-union,,,3", "t-union,t-state,,3",
     ["participations.csv, row 4, agency: “t-state” is no agency"]),
    ("an event attended that was not held", "participations.csv", "t-p3,t-course", "t-p3,t-meet",
     ["participations.csv, row 4, state: “attended” nobody has attended an event that was not held"]),
    ("cancelled without a reason", "events.csv", "Meeting,forum,planned", "Meeting,forum,cancelled",
     ["events.csv, row 4, reason: an event that is postponed or cancelled says why"]),
    ("a number of a meeting twice in its group", "events.csv", "t-group,2", "t-group,1",
     ["events.csv, row 5, group, ordinal: “t-group, 1” stand together in row 4 already"]),
    ("a number without a group", "events.csv", "t-group,2", ",2",
     ["events.csv, row 5, group: a numbered meeting belongs to a group; name it"]),
    ("answered before it was received", "requests.csv", "2022-02-01", "2022-01-01",
     ["requests.csv, row 2, answered_on: “2022-01-01” lies before the day of receipt"]),
    ("answered without a day", "requests.csv", "2022-02-01", "",
     ["requests.csv, row 2, answered_on: a request that is answered has its day, and no other has"]),
    ("a total not met", "participations.csv", "t-union,,,3", "t-union,,,4",
     ["statements.csv, row 2: “t-total” the rows that point to it sum to 4, but the source says 3"]),
    ("bodies not as stated", "participations.csv", "t-p3,t-course,t-union", "t-p3,t-course,t-state",
     ["events.csv, row 2: “t-course” t-bodies says 2, but 1 took part by the records"]),
    ("received without a day", "contributions.csv", "2022-01-20", "",
     ["contributions.csv, row 2, received_on: what was received has its day, and nothing else has"]),
    ("a foreign currency without the day of its rate", "contributions.csv", "2022-01-03,", ",",
     ["contributions.csv, row 2, rate_on: a rate has its day"]),
    ("a currency in small letters", "expenditure.csv", "90.50,AUD", "90.50,aud",
     ["expenditure.csv, row 4, currency: “aud” is no currency code of three capital letters, such as AUD"]),
    ("the office's currency at a rate", "expenditure.csv", "90.50,AUD,1", "90.50,AUD,2",
     ["expenditure.csv, row 4, rate: “2” the office's own currency has the rate 1"]),
    ("a contribution of nothing", "contributions.csv", "1000.00", "0.00",
     ["contributions.csv, row 2, amount: “0.00” a contribution is more than nothing"]),
    ("a rate larger than the ledger multiplies", "contributions.csv", "EUR,15500,10000", "EUR,1000001,10000",
     ["contributions.csv, row 2, rate: “1000001” is larger than 1,000,000; write it over a smaller scale"]),
    ("an entry of nothing", "expenditure.csv", "t-work,90.50", "t-work,0.00",
     ["expenditure.csv, row 4, amount: “0.00” an entry of nothing is no entry"]),
    ("an amount larger than the ledger", "expenditure.csv", "t-work,90.50", "t-work,10000000000.01",
     ["expenditure.csv, row 4, amount: “10000000000.01” is larger than the ledger holds"]),
    ("a reversing entry that does not mirror", "expenditure.csv", "-100.00", "-99.00",
     ["expenditure.csv, row 3, reverses: “t-x1” a reversing entry repeats t-x1 with the opposite sign"]),
    ("an entry reversed twice", "expenditure.csv", "90.50,AUD,1,", "-100.00,AUD,1,t-x1",
     ["expenditure.csv, row 4, reverses: “t-x1” stands in row 3 already"]),
    ("an entry that reverses a reversing one", "expenditure.csv", "90.50,AUD,1,", "100.00,AUD,1,t-x2",
     ["expenditure.csv, row 4, reverses: “t-x2” t-x2 is itself a reversing entry"]),
    ("an entry that reverses itself", "expenditure.csv", "90.50,AUD,1,", "90.50,AUD,1,t-x3",
     ["expenditure.csv, row 4, reverses: “t-x3” is the row itself"]),
    ("a ledger entry altered", "expenditure.csv", "t-x2,", "x2022-fee-01-1,2022-01-03,FEE,,1.00,AUD,1,\nt-x2,",
     [f"expenditure.csv, row 3, amount: “1.00” {LEDGER}"]),
    ("an edition twice", "editions.csv", "t-guide-th,t-guide,th", "t-guide-th,t-guide,en",
     ["editions.csv, row 3, publication, language, number: “t-guide, en, 1” stand together in row 2 already"]),
    ("a focal point twice", "focal_points.csv", "2022-12-31\n", "2022-12-31\nt-again,t-state,t-anna,2022-01-01,\n",
     ["focal_points.csv, row 3, body, person, starts_on: “t-state, t-anna, 2022-01-01” stand together in row 2 already"]),
    ("an address that another account has", "users.csv", "tess@rso.example", "naree.boonmee@rso.example",
     ["users.csv, row 2, email: “naree.boonmee@rso.example” stands in the database already, as naree-boonmee"]),
    ("a part without a series", "publications.csv", "Guides,1", ",1",
     ["publications.csv, row 2, series: a part belongs to a series; name it"]),
    ("withdrawn without a reason", "publications.csv", "published", "withdrawn",
     ["publications.csv, row 2, reason: a work that is withdrawn says why"]),
    ("no period", "reports.csv", "annual,2022", "annual,2022-Q7",
     [f"reports.csv, row 2, period: “2022-Q7” is no period; write {PERIODS}"]),
]

PEOPLE = FOLDER["people.csv"]


def write(name: str, content: bytes) -> Spoil:
    return lambda folder: (folder / name).write_bytes(content)


def link(folder: Path) -> None:
    (folder / "people.csv").rename(folder.parent / "people.csv")
    (folder / "people.csv").symlink_to(folder.parent / "people.csv")


#: What the case is, what is done to the folder, every fault.
FILES: list[tuple[str, Spoil, list[str]]] = [
    ("UTF-16", write("people.csv", PEOPLE.encode("utf-16")), ["people.csv: is UTF-16; save it as UTF-8"]),
    ("UTF-16 that does not say so", write("people.csv", PEOPLE.encode("utf-16-le")),
     ["people.csv, row 1: holds a NUL byte, which no text holds; save it anew as UTF-8"]),
    ("a NUL byte", write("people.csv", PEOPLE.replace("Ben", "B\0n").encode()),
     ["people.csv, row 3: holds a NUL byte, which no text holds; save it anew as UTF-8"]),
    ("Latin-1", write("people.csv", PEOPLE.replace("Ben", "Bén").encode("latin-1")),
     ["people.csv, row 3: is not UTF-8; save it as UTF-8"]),
    ("half a character", write("people.csv", PEOPLE.replace("Ben", "B\ud83dn").encode("utf-8", "surrogatepass")),
     ["people.csv, row 3: is not UTF-8; save it as UTF-8"]),
    ("a spreadsheet by the name of a CSV file", write("people.csv", b"PK\3\4"),
     ["people.csv: is a spreadsheet or an archive; save it as CSV in UTF-8"]),
    ("an empty CSV file", write("people.csv", b""),
     [f"people.csv: has no header; its first row names the columns {COLUMNS.replace(' ', '')}"]),
    ("an empty YAML file", write("notes.yaml", b"# nothing\n"),
     ["notes.yaml: is empty; write “column: value” lines"]),
    ("one text for a YAML file", write("notes.yaml", b"nothing\n"),
     ["notes.yaml, row 1: is no mapping; write “column: value” lines"]),
    ("a YAML list of texts", write("notes.yaml", b"- one\n- two\n"),
     [f"notes.yaml, row {row}: is no mapping; write “column: value” lines" for row in (1, 2)]),
    ("an empty YAML entry", write("notes.yaml", b"- {}\n"),
     ["notes.yaml, row 1, figure: is empty; it needs a name of letters, digits and hyphens",
      f"notes.yaml, row 1, ref: is empty; it needs {REF}", "notes.yaml, row 1, text: is empty; it needs text"]),
    ("a YAML nest without end", write("notes.yaml", b"[" * 100_000),
     ["notes.yaml, row 1: is nested too deep; write text or a list of texts"]),
    ("a YAML list for a column's name", write("notes.yaml", b"- ref: a\n  figure: b\n  text: c\n  ? [d]\n  : e\n"),
     ["notes.yaml, row 4: has a list or mapping in the place of a column's name"]),
    ("a misspelled file", lambda folder: (folder / "people.csv").rename(folder / "peple.csv"),
     ["peple.csv: is no file of ours; did you mean people.csv?"]),
    ("a workbook", write("people.xlsx", b"PK\3\4"), ["people.xlsx: is no file of ours; did you mean people.csv?"]),
    ("a file like no other", write("zzz.bin", b""), ["zzz.bin: is no file of ours"]),
    ("a file whose name turns", write("people\u202evsc.exe", b""), ["people\\u202evsc.exe: is no file of ours"]),
    ("no office", lambda folder: (folder / "office.yaml").unlink(),
     ["office.yaml: is missing; an office's folder begins with it"]),
    ("two offices", write("office.yaml", b"- ref: rso\n  name: A\n- ref: b\n  name: B\n"),
     ["office.yaml, row 3: is a second office; a folder is of one"]),
    ("a folder in the folder", lambda folder: (folder / "more").mkdir(),
     ["more: is a folder; files lie side by side"]),
    ("a symbolic link", link, ["people.csv: is a symbolic link; put the file itself here"]),
    ("a symbolic link to nothing", lambda folder: (folder / "budgets.csv").symlink_to("nothing"),
     ["budgets.csv: is a symbolic link; put the file itself here"]),
    ("a pipe", lambda folder: os.mkfifo(folder / "budgets.csv"), ["budgets.csv: is no ordinary file"]),
]
# fmt: on


@pytest.fixture
def folder(office, tmp_path) -> Path:
    made = tmp_path / "small"
    made.mkdir()
    (made / "office.yaml").write_bytes((office / "office.yaml").read_bytes())
    for name, text in FOLDER.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def before(django_db_setup, django_db_blocker) -> str:
    with django_db_blocker.unblock():
        return digest()


def digest() -> str:
    """What all our tables hold."""
    found = hashlib.sha256()
    for model in apps.get_models():
        if model.__module__.startswith("rso."):
            found.update(repr(list(model._default_manager.order_by("pk").values_list())).encode())
    return found.hexdigest()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def faults_of(folder: Path, now: datetime, **options: bool) -> list[str]:
    with pytest.raises(BadFolder) as refused:
        load(folder, by=platform(), now=now, **options)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("file", "old", "new", "faults"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS]
)
def test_a_bad_cell_or_row_is_named_and_nothing_changes(folder, now, before, file, old, new, faults):
    replace(folder / file, old, new)

    assert faults_of(folder, now) == faults
    assert digest() == before


@pytest.mark.parametrize(("spoil", "faults"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_bad_file_is_named_and_nothing_changes(folder, now, before, spoil, faults):
    spoil(folder)

    assert faults_of(folder, now) == faults
    assert digest() == before


def test_a_folder_that_is_not_there_and_one_that_is_a_file_are_named(folder, now):
    assert faults_of(folder / "none", now) == [f"{folder}/none: there is no such folder"]
    assert faults_of(folder / "people.csv", now) == [f"{folder}/people.csv: is a file; name the folder that holds it"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(folder, now):
    (folder / "people.csv").chmod(0)

    assert faults_of(folder, now) == ["people.csv: cannot be read; give this user permission to read it"]


def test_faults_of_files_cells_refs_and_rules_are_told_all_at_once(folder, now, before):
    (folder / "peple.csv").touch()
    replace(folder / "events.csv", "2022-03-10,t-work", "soon,t-work")
    replace(folder / "participations.csv", "t-union", "t-onion")
    replace(folder / "groups.csv", "t-part,working_group", "t-part,club")
    replace(folder / "editions.csv", "t-guide-th,t-guide,th", "t-guide-th,t-guide,en")
    replace(folder / "requests.csv", "2022-02-01", "2022-01-01")
    replace(folder / "themes.csv", "2024-01-01", "2019-01-01")
    replace(folder / "rates.csv", "EUR", "eur")

    assert [fault.partition(":")[0] for fault in faults_of(folder, now)] == [
        "editions.csv, row 3, publication, language, number",
        "events.csv, row 2, ends_on",
        "groups.csv, row 3, kind",
        "participations.csv, row 4, member",
        "peple.csv",
        "rates.csv, row 2, currency",
        "requests.csv, row 2, answered_on",
        "themes.csv, row 3, valid_to",
    ]
    assert digest() == before


def test_rows_that_point_to_a_refused_row_are_not_called_faulty(folder, now, before):
    """Events, participations, contributions and expenditure all lead to this activity."""
    replace(folder / "activities.csv", "2022-12-31", "2021-12-31")

    assert faults_of(folder, now) == [
        "activities.csv, row 2, ends_on: “2021-12-31” lies before the first day, 2022-01-01"
    ]
    assert digest() == before


def test_rows_that_exchange_what_may_stand_once_are_named_without_the_words_of_the_database(folder, now):
    load(folder, by=platform(), now=now)
    loaded = digest()
    replace(folder / "events.csv", "t-group,1", "t-group,3")
    replace(folder / "events.csv", "t-group,2", "t-group,1")
    replace(folder / "events.csv", "t-group,3", "t-group,2")

    says = "breaks the rule “event ordinal once a group”"
    hint = "another row still has these values: change that one, load, then change this one"
    assert faults_of(folder, now) == [
        f"events.csv, row 4: “t-meet” {says}; {hint}",
        f"events.csv, row 5: “t-next” {says}; {hint}",
    ]
    assert digest() == loaded


def test_a_circle_by_way_of_a_row_that_only_the_database_holds_is_named(folder, now):
    load(folder, by=platform(), now=now)
    (folder / "groups.csv").write_text("ref,kind,parent\nt-group,working_group,t-part\n")

    assert faults_of(folder, now) == ["groups.csv, row 2, parent: “t-part” leads in a circle back to the row itself"]


def test_a_ledger_entry_gone_from_the_file_cannot_be_pruned(office, tmp_path, now, before):
    folder = tmp_path / "office"
    shutil.copytree(office, folder)
    first, second, *rest = (folder / "expenditure.csv").read_text().splitlines(keepends=True)
    (folder / "expenditure.csv").write_text("".join([first, *rest]))

    assert faults_of(folder, now, prune=True) == [
        f"expenditure.csv: “{second.partition(',')[0]}” cannot be pruned: {LEDGER}"
    ]
    assert digest() == before


# -- size --------------------------------------------------------------------------------------------------------------

HUGE = "0" * 10_000_000
CUT = f"“{'0' * 57}…” is 10,000,000 characters long; at most"


@pytest.mark.parametrize(
    ("file", "old", "fault"),
    [
        ("people.csv", "Ben Tan", f"people.csv, row 3, name: {CUT} 160 fit"),
        ("events.csv", "2022-03-08", f"events.csv, row 2, starts_on: {CUT} 50,000 fit"),
        ("events.csv", "training", f"events.csv, row 2, type: {CUT} 50,000 fit"),
        ("requests.csv", "t-state;t-union", f"requests.csv, row 2, members: {CUT} 50,000 fit"),
        ("quotes.yaml", "We learned much.", f"quotes.yaml, row 1, words: {CUT} 50,000 fit"),
        ("people.csv", "post", f"people.csv, row 1, {'0' * 57}…: is no column of this file; there are {COLUMNS}"),
    ],
    ids=["text", "date", "choice", "list", "YAML", "header"],
)
def test_a_cell_of_ten_megabytes_is_named_in_seconds_and_little_memory(folder, now, before, file, old, fault):
    replace(folder / file, old, HUGE)
    started = time.monotonic()
    tracemalloc.start()

    faults = faults_of(folder, now)

    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert faults == [fault]
    assert digest() == before
    assert most < 200_000_000
    assert time.monotonic() - started < 10


def test_ten_thousand_faults_are_all_told_in_seconds(folder, before):
    rows = "".join(f"t-{row:05d},Name,t-stat{row},,\n" for row in range(10_000))
    replace(folder / "people.csv", "t-cara,Cara,t-state,,\n", rows)
    started = time.monotonic()

    result = CliRunner().invoke(app, ["load", str(folder)])

    told = result.stderr.splitlines()
    assert (result.exit_code, len(told)) == (1, 10_001)
    assert told[0] == "people.csv, row 4, body: “t-stat0” is no known body; did you mean t-state?"
    assert told[-2] == "people.csv, row 10003, body: “t-stat9999” is no known body; bodies.csv has no such ref"
    assert told[-1] == "10000 faults; nothing was changed."
    assert digest() == before
    assert time.monotonic() - started < 30


# -- what is no fault --------------------------------------------------------------------------------------------------


def with_mark(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def with_windows_lines(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def with_space(content: bytes) -> bytes:
    return content.replace(b"t-ben,Ben Tan,t-state", b" t-ben , Ben Tan\t,\xc2\xa0t-state ")


def with_empty_rows(content: bytes) -> bytes:
    return content.replace(b"t-cara", b"\n,,,,\nt-cara") + b"\n\n"


@pytest.mark.parametrize("rewrite", [with_mark, with_windows_lines, with_space, with_empty_rows])
def test_what_other_programs_write_loads_the_same(folder, now, rewrite):
    for path in folder.iterdir():
        path.write_bytes(rewrite(path.read_bytes()))
    added = sum(counts.added for counts in load(folder, by=platform(), now=now))
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")

    again = load(folder, by=platform(), now=now)

    assert (added, {(c.added, c.changed) for c in again}) == (sum(map(rows_of, FOLDER)), {(0, 0)})
    assert Event.objects.get(ref="t-course").summary == "First line\nsecond line"


def rows_of(name: str) -> int:
    text = FOLDER[name].replace("\nsecond", " second")
    return text.count("- ref:") if name.endswith(".yaml") else len(text.splitlines()) - 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Sukarno", "Sukarno"),
        ("សុខ ដារ៉ា", "សុខ ដារ៉ា"),
        ("👩🏽‍⚖️ Judge", "👩🏽‍⚖️ Judge"),
        ("محمد", "محمد"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("-", "-"),
        ("O’Brien-Null; “N/A”", "O’Brien-Null; “N/A”"),
    ],
)
def test_a_name_is_kept_as_people_write_it(folder, now, name, kept):
    replace(folder / "people.csv", "Ben Tan", name)

    load(folder, by=platform(), now=now)

    assert Person.objects.get(ref="t-ben").name == kept


def test_a_leap_day_and_a_file_with_a_header_alone_load(folder, now):
    replace(folder / "events.csv", "2022-05-01,2022-05-01", "2024-02-29,2024-02-29")
    (folder / "editions.csv").write_text(FOLDER["editions.csv"].partition("\n")[0])

    counts = {c.file: c.added for c in load(folder, by=platform(), now=now)}

    assert counts["editions.csv"] == 0
    assert Event.objects.get(ref="t-meet").starts_on.isoformat() == "2024-02-29"


# -- the command line --------------------------------------------------------------------------------------------------


def test_the_command_tells_every_fault_in_a_sentence_and_ends_with_1(folder, before):
    replace(folder / "participations.csv", "t-union,,,3", "t-union,,,three")
    replace(folder / "requests.csv", "t-state;t-union", "t-state;t-onion")

    result = CliRunner().invoke(app, ["load", str(folder)])

    assert (result.exit_code, result.stdout, result.stderr.splitlines()) == (
        1,
        "",
        [
            f"participations.csv, row 4, number: “three” is not {WHOLE}",
            "requests.csv, row 2, members: “t-onion” is no known body; did you mean t-union or TON?",
            "2 faults; nothing was changed.",
        ],
    )
    assert digest() == before


def test_the_command_ends_with_1_where_there_is_no_folder_with_2_where_it_is_used_wrongly_and_with_0_else(folder):
    def code(*words: str) -> int:
        return CliRunner().invoke(app, ["load", *words]).exit_code

    assert [code(f"{folder}/none"), code(), code("--prun", str(folder)), code(str(folder), "more")] == [1, 2, 2, 2]
    assert [code("--dry-run", str(folder)), code(str(folder)), code(str(folder), "--format", "json")] == [0, 0, 0]
