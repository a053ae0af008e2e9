"""A small office on top of the example one, to be spoiled one place at a time."""

from __future__ import annotations

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


def rows_of(name: str) -> int:
    text = FOLDER[name].replace("\nsecond", " second")
    return text.count("- ref:") if name.endswith(".yaml") else len(text.splitlines()) - 1
