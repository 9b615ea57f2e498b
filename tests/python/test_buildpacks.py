"""Heroku-style buildpacks: several in a row, each seeing what the one before exported."""
import json
import os
import subprocess

from slipway_build.buildpacks.release import read_release
from support import CLEAN, TemporaryFolder, slipway_build, write

FIRST = {
    "bin/detect": '#!/bin/bash\n[ -f "$1/app.txt" ] && echo First\n',
    "bin/compile": '#!/bin/bash\nset -e\necho "cache: $(cat "$2/seen" 2>/dev/null)"\necho yes > "$2/seen"\necho "secret=$(cat "$3/SECRET")"\necho "export TOOL=hammer" > "$(dirname "$0")/../export"\n'
    'mkdir -p "$1/.profile.d"\necho "export GREETING=hello" > "$1/.profile.d/first.sh"\n',
    "bin/release": "#!/bin/bash\nprintf -- '---\\ndefault_process_types:\\n  web: ./first\\nconfig_vars:\\n  LEVEL: \"3\"\\n'\n",
}
SECOND = {
    "bin/detect": "#!/bin/bash\necho Second\n",
    "bin/compile": '#!/bin/bash\necho "tool=$TOOL"\n',
    "bin/release": "#!/bin/bash\necho 'default_process_types: {}'\n",
}


class Buildpacks(TemporaryFolder):
    def pack(self, folder, files):
        write(folder, files)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o755)

    def build(self, *packs, process_types=None):
        os.makedirs(os.path.join(self.root, "build", "cache"), exist_ok=True)
        return slipway_build(
            "app",
            self.root,
            {"kind": "buildpacks", "details": {"buildpacks": "\n".join(packs)}, "config": {"SECRET": "s3"}, "process_types": process_types or {}},
        )

    def facts(self):
        with open(os.path.join(self.root, "slipway", "facts.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_several_in_a_row(self):
        write(self.source, {"app.txt": ""})
        self.pack(os.path.join(self.source, "one"), FIRST)
        self.pack(os.path.join(self.source, "two"), SECOND)
        result = self.build("./one", "./two", process_types={"web": "./serve --greet 'it is'", "worker": "./work && ./rest"})
        self.assertEqual(result.status, 0, result.log)
        self.assertIn("secret=s3", result.log)
        self.assertIn("tool=hammer", result.log)
        facts = self.facts()
        self.assertEqual(facts["environment"]["LEVEL"], "3")
        self.assertEqual(facts["process_types"]["worker"], "/slipway/buildpacks/start './work && ./rest'")
        started = subprocess.run(
            [os.path.join(self.root, "slipway/buildpacks/start"), "printf '%s ' $GREETING && pwd"],
            env={**CLEAN, "HOME": os.path.join(self.root, "app")}, stdout=subprocess.PIPE, encoding="utf-8", check=True,
        )  # fmt: skip
        self.assertEqual(started.stdout, "hello %s\n" % os.path.join(self.root, "app"))

    def test_the_last_ones_processes_hold_and_the_cache_is_found_again(self):
        write(self.source, {"app.txt": ""})
        self.pack(os.path.join(self.source, "one"), FIRST)
        self.assertEqual(self.build("./one").status, 0)
        self.assertEqual(self.facts()["process_types"], {"web": "/slipway/buildpacks/start ./first"})
        with open(os.path.join(self.root, "build", "cache", "buildpack-1", "seen"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "yes\n")

    def test_from_a_git_repository_at_a_tag(self):
        write(self.source, {"app.txt": ""})
        pack = os.path.join(self.root, "pack")
        self.pack(pack, FIRST)
        for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"], ["tag", "v1"]):
            subprocess.run(["git", *command], cwd=pack, env=CLEAN, check=True)
        result = self.build("file://%s#v1" % pack)
        self.assertEqual(result.status, 0, result.log)

    def test_a_repository_that_is_not_there_is_named(self):
        write(self.source, {"app.txt": ""})
        self.assertEqual(self.build("file://%s#v2" % self.root).error["id"], "buildpack_unreachable")

    def test_one_that_is_not_for_this_app_or_is_none_or_fails_is_named(self):
        write(self.source, {"readme": ""})
        self.pack(os.path.join(self.source, "one"), FIRST)
        self.assertEqual(self.build("./one").error["id"], "buildpack_not_for_this")

    def test_one_that_is_none_is_named(self):
        write(self.source, {"one/readme": ""})
        self.assertEqual(self.build("./one").error["id"], "buildpack_invalid")

    def test_one_that_fails_is_named(self):
        self.pack(os.path.join(self.source, "one"), {**SECOND, "bin/compile": "#!/bin/bash\necho oh no\nexit 3\n"})
        error = self.build("./one").error
        self.assertEqual((error["id"], error["evidence"]), ("buildpack_failed", ["oh no"]))

    def test_release_is_read(self):
        text = "---\naddons: []\nconfig_vars:\n  A: \"x: y\"\n  B: 'it''s'\ndefault_process_types:\n  web: bin/rails server -p $PORT\n"
        self.assertEqual(
            read_release(text),
            {"addons": {}, "config_vars": {"A": "x: y", "B": "it's"}, "default_process_types": {"web": "bin/rails server -p $PORT"}},
        )
