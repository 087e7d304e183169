"""What no linter knows of the files in config/deploy and config/schemas. usage: deploy.py PART

names        run book, alerts, their tests, metrics, exit codes, codes of dead letters and manifests agree
expressions  the dashboard's queries as rules, for promtool
dashboard    the dashboard is what Grafana's own types make of it (needs grafana-foundation-sdk)
compose FILE the compose file has the form of its specification; FILE says where that is (needs jsonschema, yaml)
sbom FILE    the bill of materials names the crates on standard input; each that it names has a licence and a checksum
queries      views and queries run on the sample records in DuckDB (needs duckdb), and find what is in them
postgresql   prints the same for psql, in a transaction that is rolled back"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
DEPLOY, SCHEMAS = ROOT / "config/deploy", ROOT / "config/schemas"
# What a query may find nothing of in the samples.
MAY_BE_EMPTY = ("What is a person asked to check",)


def read(path):
    return (ROOT / path).read_text()


def table(page, heading):
    """The first column of the table under a heading of config/names.md; nothing, if there is no such heading."""
    parts = page.split(f"\n## {heading}\n")
    section = parts[1].split("\n## ")[0] if len(parts) > 1 else ""
    return {name.split("{")[0] for name in re.findall(r"^\| `([^`]+)`", section, re.M)}


def names():
    wrong = []
    page, book = read("config/names.md"), read("config/deploy/RUNBOOK.md")
    alerts = read("config/deploy/prometheus/alerts.yml")
    tests = "".join(path.read_text() for path in sorted((DEPLOY / "prometheus").glob("*.test.yml")))
    headings = set(re.findall(r"^### (.+)$", book, re.M))
    anchor = lambda heading: heading.lower().replace(" ", "-")
    known = {anchor(heading) for heading in headings | set(re.findall(r"^## (.+)$", book, re.M))}
    wrong += [f"RUNBOOK.md links to #{link}, which is not there" for link in re.findall(r"\]\(#([^)]+)\)", book) if link not in known]
    found = re.findall(r"- alert: (\w+)", alerts)
    wrong += [f"{name} is there twice" for name in found if found.count(name) > 1]
    for part in alerts.split("- alert: ")[1:]:
        name = part.split("\n")[0]
        wrong += [f"{name} has no {key}" for key in ("severity:", "owner:", "summary:", "description:") if key not in part]
        if f"RUNBOOK.md#{name.lower()}\"" not in part or name not in headings:
            wrong.append(f"{name} has no section in RUNBOOK.md, or does not point to it")
        if not re.search(rf"alertname: {name}\n +exp_alerts:\n +- exp_labels", tests):
            wrong.append(f"{name} fires in no test")
    codes, exits = table(page, "Codes of dead letters"), table(page, "Exit codes") | {"77"}
    wrong += [f"RUNBOOK.md does not explain the code {code}" for code in sorted(codes - headings)]
    wrong += [f"RUNBOOK.md does not explain the exit code {code}" for code in sorted(exits) if f"Exit code {code}" not in headings]
    explained = set(found) | codes | {f"Exit code {code}" for code in exits}
    wrong += [f"RUNBOOK.md explains {heading}, which is not there" for heading in sorted(headings - explained)]
    metrics = {name.removeprefix("triage_") for name in table(page, "Metrics")}
    if metrics:
        base = lambda name: re.sub(r"_(bucket|sum|count)$", "", name)
        for path in ("grafana/triage.json", "prometheus/alerts.yml"):
            text = re.sub(r"\w+:triage_\w+:\w+", "", (DEPLOY / path).read_text())
            used = {name for name in re.findall(r"\btriage_(\w+)", text)}
            wrong += [f"{path} asks for triage_{name}, which is no metric" for name in sorted(used) if not {name, base(name)} & metrics]
    else:
        print("!!! NOT checked: whether the metrics exist: config/names.md has no section `Metrics`", file=sys.stderr)
    folder = ROOT / "config"
    files = [folder / "rules.toml", folder / "summary.toml"]
    files += [path for part in ("feeds", "lexicon", "lists") for path in (folder / part).rglob("*")]
    expected = {str(path.relative_to(folder)) for path in files if path.is_file() and ".local." not in path.name}
    mounted = dict(re.findall(r"\{ key: (\S+), path: (\S+) \}", read("config/deploy/kubernetes/statefulset.yaml")))
    wrong += [f"statefulset.yaml: {key} is not {path}" for key, path in mounted.items() if key != path.replace("/", "__")]
    wrong += [f"statefulset.yaml does not mount {path}" for path in sorted(expected - set(mounted.values()))]
    wrong += [f"statefulset.yaml mounts {path}, which is not there" for path in sorted(set(mounted.values()) - expected)]
    one, many = (read(f"config/deploy/systemd/{name}").split("[Unit]")[1].splitlines() for name in ("triage.service", "triage@.service"))
    wrong += [f"triage@.service lacks `{line}`" for line in one if line not in many and not line.startswith(("Description=", "ExecStart="))]
    return wrong


def queries_of(dashboard):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def expressions():
    rules = []
    for number, (title, query) in enumerate(queries_of(json.loads(read("config/deploy/grafana/triage.json")))):
        query = re.sub(r"\$(job|instance|stage)", ".*", query.replace("$__rate_interval", "5m"))
        rules.append({"record": f"dashboard:{number}", "expr": query, "labels": {"panel": title}})
    print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    return []


def difference(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from difference(value, theirs[key], f"{path}/{key}") if key in theirs else [f"{path}/{key} is unknown"]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, pair in enumerate(zip(ours, theirs)):
            yield from difference(*pair, f"{path}/{number}")
    elif ours != theirs:
        yield f"{path} is {ours!r}, read as {theirs!r}"


def dashboard():
    from grafana_foundation_sdk.cog import plugins
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models.dashboard import Dashboard

    plugins.register_default_plugins()
    ours = json.loads(read("config/deploy/grafana/triage.json"))
    ids = [panel["id"] for panel in ours["panels"]]
    wrong = list(difference(ours, json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))))
    return wrong + [f"panel {number} is there twice" for number in ids if ids.count(number) > 1]


def compose():
    import jsonschema
    import yaml

    schema = next(pathlib.Path(json.loads(pathlib.Path(sys.argv[2]).read_text())["Dir"]).rglob("compose-spec.json"))
    checker = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(yaml.safe_load(read("config/deploy/compose.yaml")))]


def sbom():
    wanted = {tuple(line.split()[:2]) for line in sys.stdin if line.strip() and not line.startswith("triage ")}
    parts = json.loads(pathlib.Path(sys.argv[2]).read_text())["components"]
    named = {(part["name"], "v" + part["version"]) for part in parts}
    wrong = [f"{' '.join(crate)} is built and not named" for crate in sorted(wanted - named)]
    wrong += [f"{part['name']} has no {key}" for part in parts for key in ("licenses", "hashes", "purl") if not part.get(key)]
    return wrong


def page_queries():
    for query in re.findall(r"```sql\n(.*?)```", read("config/schemas/README.md"), re.S):
        yield query.split("\n")[0].removeprefix("-- "), query


def queries():
    import duckdb

    views = read("config/schemas/sql/duckdb.sql")
    database = duckdb.connect()
    database.execute("SET TimeZone = 'Asia/Jakarta'")
    database.execute(views)
    load = "\n".join(line.removeprefix("--   ") for line in views.splitlines() if line.startswith("--   "))
    database.execute(load.replace("samples.jsonl", str(SCHEMAS / "samples.jsonl")))
    wrong = []
    for question, query in page_queries():
        rows = database.execute(query).fetchall()
        if not rows or rows == [(0,)]:
            wrong += [f"finds nothing in the samples: {question}"] * (not question.startswith(MAY_BE_EMPTY))
    return wrong


def postgresql():
    quoted = lambda text: "NULL" if text is None else "'" + text.replace("'", "''") + "'"
    print("BEGIN;", read("config/schemas/sql/postgresql.sql"), sep="\n")
    for line in read("config/schemas/samples.jsonl").splitlines():
        row = json.loads(line)
        value = None if row["topic"].endswith(".dead-letters") else json.dumps(row["value"])
        texts = [quoted(row["key"]), quoted(json.dumps(row["headers"])), quoted(value)]
        place = [quoted(row["topic"]), str(row["partition"]), str(row["offset"]), f"to_timestamp({row['timestamp']} / 1000.0)"]
        print(f"INSERT INTO records VALUES ({', '.join(place + texts)});")
    for _, query in page_queries():
        print(query)
    print("ROLLBACK;")
    return []


found = {f.__name__: f for f in (names, expressions, dashboard, compose, sbom, queries, postgresql)}[sys.argv[1]]()
for line in found:
    print(line, file=sys.stderr)
sys.exit(1 if found else 0)
