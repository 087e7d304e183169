"""Figures of a rule set on labelled posts, in one table with their bars. usage: measure.py TRIAGE CONFIG DATA

Exit 1 if a bar is missed. The made-up posts are measured in two halves, by odd and even number: rules are developed on the
odd ones, so a large gap between the halves means that sentences were copied instead of understood."""

import json
import pathlib
import subprocess
import sys
import tempfile

TRIAGE, CONFIG, DATA = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
WORK = pathlib.Path(tempfile.mkdtemp())
failed = 0


def backtest(posts, labels, verdicts=None):
    command = [TRIAGE, "backtest", "--config", CONFIG, "--input", posts, "--format", "json"]
    command += ["--labels", labels, "--mistakes", "100000"] if labels else []
    command += ["--verdicts", verdicts] if verdicts else []
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"backtest failed: {run.stderr}")
    return json.loads(run.stdout)


def canonical(name):
    posts, labels = WORK / f"{name}.jsonl", WORK / f"{name}_labels.jsonl"
    subprocess.run([sys.executable, DATA / "to_canonical.py", DATA / f"{name}.jsonl", posts, labels], check=True)
    return posts, labels


def flag(report, name):
    row = report["labels"]["flags"][name]
    both, ours, theirs = row["both"], row["only_ours"], row["only_labelled"]
    precision = both / (both + ours) if both + ours else 1.0
    recall = both / (both + theirs) if both + theirs else 1.0
    return precision, recall, 2 * both / max(1, 2 * both + ours + theirs)


def left(report, *classes):
    rows = [report["labels"]["classes"].get(name, {"left": 0, "posts": 0, "silenced": 0}) for name in classes]
    return sum(row["left"] for row in rows), sum(row["posts"] for row in rows), sum(row["silenced"] for row in rows)


def row(what, values, least=None, most=None, aim=None):
    """One line of the table: each value against the same bar (`!`: missed). `aim` is where the bar shall go (`~`: not there yet)."""
    global failed
    cells, good = [], True
    for value in values:
        fine = (least is None or value >= least) and (most is None or value <= most)
        there = aim is None or (value >= aim if least is not None else value <= aim)
        good &= fine
        mark = " !" if not fine else "" if there else " ~"
        cells.append((f"{value:.3f}" if isinstance(value, float) else str(value)) + mark)
    bar = f"at least {least}" if least is not None else f"at most {most}" if most is not None else ""
    failed += not good
    print(f"{'ok  ' if good else 'FAIL'} {what:<58} {' | '.join(cells):<22} {bar}{f', aim {aim}' if aim is not None else ''}")


def made():
    posts, labels = canonical("made_dev")
    kinds = {row["id"]: row["kind"] for row in map(json.loads, open(DATA / "made_dev.jsonl"))}
    halves = []
    for odd in (1, 0):
        mine = [WORK / f"made_{odd}_{path.name}" for path in (posts, labels)]
        for source, target in zip((posts, labels), mine):
            target.write_text("".join(line for line in open(source) if int(json.loads(line)["post_id"][1:]) % 2 == odd))
        verdicts = WORK / f"made_{odd}.verdicts"
        report = backtest(*mine, verdicts)
        away, count = {}, {}
        for verdict in map(json.loads, open(verdicts)):
            kind = kinds[verdict["post_id"]]
            count[kind] = count.get(kind, 0) + 1
            away[kind] = away.get(kind, 0) + (verdict["route"] in ("oot", "skipped"))
        near = sum(m["what"] == "media_threat" and kinds[m["post_id"]] == "near_threat" for m in report["labels"]["mistakes"])
        halves.append((report, away, count, near))
    print("made-up posts, odd | even")
    flags = lambda name, part: [flag(report, name)[part] for report, *_ in halves]
    share = lambda kind: [away[kind] / count[kind] for _, away, count, _ in halves]
    row("media threat: precision", flags("media_threat", 0), least=0.92, aim=0.92)
    row("media threat: recall", flags("media_threat", 1), least=0.90, aim=0.90)
    row("near misses met wrongly", [near for *_, near in halves], most=4, aim=4)
    row("complaint: F1", flags("complaint", 2), least=0.90, aim=0.90)
    row("complaint: precision", flags("complaint", 0))
    row("complaint: recall", flags("complaint", 1))
    row("influence: F1", flags("influence", 2))
    row("adverts that leave", share("advert"), least=0.78, aim=0.85)
    row("small talk that leaves", share("troll"), least=0.75, aim=0.75)
    row("normal posts that leave, share", [left(report, "normal")[0] / left(report, "normal")[1] for report, *_ in halves], most=0.01)
    row("promo questions that leave", [away["promo_question"] for _, away, *_ in halves], most=1)


def days():
    names = {"stream_dev": "day", "stream_outage": "outage", "stream_telkomsel25": "telkomsel25"}
    reports = {short: backtest(DATA / f"{name}.jsonl", DATA / f"{name}_labels.jsonl") for name, short in names.items()}
    print("real days")
    for (short, report), promo, complaint in zip(reports.items(), (0.97, 0.97, 0.88), (0.95, 0.94, 0.90)):
        row(f"{short}: normal that leave", [left(report, "normal")[0]], most=1)
        row(f"{short}: multi that leave otherwise", [left(report, "multi")[2]], most=1)
        gone, all_of_them, _ = left(report, "promo")
        row(f"{short}: promo that leaves", [gone / max(1, all_of_them)], least=promo)
        row(f"{short}: complaint F1", [flag(report, "complaint")[2]], least=complaint)
        row(f"{short}: shouting F1", [flag(report, "shouting")[2]], least=0.93)
    row("day: quiz that leaves", [left(reports["day"], "quiz")[0]], least=9)


def single_posts():
    report = backtest(*canonical("posts_dev"))
    print("202 real posts")
    row("normal that leave", [left(report, "normal")[0]], most=0)
    for name, least in (("quiz", 12), ("promo", 55), ("troll", 48)):
        row(f"{name} that leave", [left(report, name)[0]], least=least)
    row("complaint: precision", [flag(report, "complaint")[0]], least=0.99)
    row("complaint: F1", [flag(report, "complaint")[2]], least=0.96)
    row("shouting: precision", [flag(report, "shouting")[0]], least=0.97)
    row("shouting: recall", [flag(report, "shouting")[1]], least=1.0)


def cases():
    wrong = []
    for case in map(json.loads, open(DATA / "cases_dev.jsonl")):
        posts, verdicts = WORK / "case.jsonl", WORK / "case.verdicts"
        posts.write_text("".join(json.dumps(post) + "\n" for post in case["posts"]))
        backtest(posts, None, verdicts)
        for expected, verdict in zip(case["expect"], map(json.loads, open(verdicts)), strict=True):
            ours = {"class": verdict["class"], "note": verdict.get("note"), "conditions": (verdict.get("case") or {}).get("conditions", [])}
            ours["signals"] = [name for name in expected.get("signals", []) if name in verdict.get("signals", [])]
            if any(ours[key] != (value or []) if key in ("conditions", "signals") else ours[key] != value for key, value in expected.items() if key in ours):
                wrong.append(f"{verdict['post_id']}: expected {expected}, decided {ours}")
    print("60 cases")
    row("posts decided otherwise", [len(wrong)], most=0)
    for line in wrong:
        print(f"     {line}")


made()
days()
single_posts()
cases()
print(f"{failed} bars missed" if failed else "all bars reached")
sys.exit(1 if failed else 0)
