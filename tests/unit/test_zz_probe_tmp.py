import random, csv, io, collections, re
import pytest
from tests.unit.test_bad_input import FOLDER, folder, digest
from rso.accounts.actions import platform
from rso.core.loading.load import BadFolder, load
NASTY=["","0","-1","9"*30,"t-anna","t-state","t-police","t-work","t-x1","t-x2","t-group","THA","AUD","USD","2022-01-01","2199-12-31","1900-01-01","yes","no","held","cancelled","answered","received","a"*300,"\u0958"*200,"x;y","t-law:50","t-law:50;t-sea:50","t-state;t-union","1","2","3","100","32767","2147483647","999999999","1.5","=1","\x00","\u202e","\ud800","day","year","recorded","stated","annual-report-2022","CP1","FEE","https://a.example/","a@b.example","naree-boonmee","platform","agency","partner","2022","FY2022","2022-07-01..2023-06-30","9999999999.99","-9999999999.99","10000000000.00","0.01","t-course","t-meet","t-total","t-bodies"]
def test_fuzz(folder, now, django_db_blocker):
    rng=random.Random(int(__import__("os").environ.get("SEED","1"))); start=digest(); kinds=collections.Counter(); crash=[]; says=set()
    from django.db import transaction
    for n in range(700):
        for name,text in FOLDER.items(): (folder/name).write_text(text)
        for _ in range(rng.randint(1,3)):
            name=rng.choice([f for f in FOLDER if f.endswith(".csv")])
            rows=list(csv.reader(io.StringIO((folder/name).read_text(errors="surrogateescape"),newline="")))
            if rng.random()<.2 and len(rows)>1: rows.append(list(rng.choice(rows[1:]))); rows[-1][0]+="-z"
            r=rng.randrange(1,len(rows)); c=rng.randrange(len(rows[r])); rows[r][c]=rng.choice(NASTY)
            out=io.StringIO(newline=""); csv.writer(out,lineterminator="\n").writerows(rows)
            (folder/name).write_bytes(out.getvalue().encode("utf-8","surrogatepass"))
        try:
            with transaction.atomic():
                load(folder,by=platform(),now=now); kinds["ok"]+=1
                a=load(folder,by=platform(),now=now); assert all((c.added,c.changed)==(0,0) for c in a), [c for c in a if c.added or c.changed]
                transaction.set_rollback(True)
        except BadFolder as e:
            kinds["bad"]+=1
            says|={re.sub("“[^”]*”","“”",f.says)[:100] for f in e.faults}
        except Exception as e:
            import traceback
            crash.append(traceback.format_exc()[-1500:]); 
            (folder.parent/f"c{n}").mkdir(); [ (folder.parent/f"c{n}"/p.name).write_bytes(p.read_bytes()) for p in folder.iterdir()]
    print(kinds); print("\n".join(sorted(says)))
    print("\n\n".join(crash[:4])); print(len(crash))
    assert digest()==start
    assert 0
