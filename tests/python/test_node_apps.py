"""Node.js apps: how what package.json says becomes processes."""
import json
import os
import unittest

from slipway_build.node.app import start, without_npm
from slipway_build.node.dependencies import failure
from support import TemporaryFolder, slipway_build, write


class Processes(unittest.TestCase):
    SCRIPTS = {"start": "node server.js", "work": "node work.js --fast", "all": "npm run migrate && npm start", "migrate": "node migrate.js", "loop": "npm run loop"}

    def test_a_call_of_npm_becomes_what_it_would_run(self):
        for line, command in (
            ("npm start", "node server.js"),
            ("npm run work", "node work.js --fast"),
            ("yarn work", "node work.js --fast"),
            ("npm run all", "(node migrate.js) && (node server.js)"),
            ("npm run missing", "npm run missing"),
            ("node npm.js", "node npm.js"),
        ):
            self.assertEqual(without_npm(line, self.SCRIPTS), command)

    def test_a_script_that_calls_itself_ends(self):
        self.assertIn("npm run loop", without_npm("npm run loop", self.SCRIPTS))

    def test_what_stands_before_the_start_runs_before_it(self):
        self.assertEqual(start("node a.js", {"prestart": "npm run make", "make": "node make.js"}), "node make.js && node a.js")


class Failures(unittest.TestCase):
    def test_what_npm_says_gets_a_name_and_a_remedy(self):
        error = failure(["npm ERR! code E404", "npm ERR! 404 Not Found - GET https://registry.npmjs.org/nosuch - Not found"])
        self.assertEqual(error.id, "package_not_found")
        self.assertIn("nosuch", error.why)
        self.assertEqual(failure(["npm ERR! code EWHATEVER"]).id, "npm_failed")

    def test_a_repository_that_is_not_public_is_named(self):
        error = failure(["npm ERR! code 128", "npm ERR! remote: HTTP Basic: Access denied", "npm ERR! fatal: Authentication failed for 'https://git.example.org/acme/secret.git/'"])
        self.assertEqual((error.id, error.details["repository"]), ("private_repository", "https://git.example.org/acme/secret.git/"))


class Apps(TemporaryFolder):
    def build(self, files, **details):
        write(self.source, files)
        return slipway_build("app", self.root, {"kind": "node", "details": details})

    def facts(self, result):
        self.assertEqual(result.status, 0, result.log)
        with open(os.path.join(self.root, "slipway", "facts.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_a_start_script_is_the_web_process(self):
        facts = self.facts(self.build({"package.json": "{}", "server.js": ""}, start="node server.js"))
        self.assertEqual(facts["process_types"], {"web": "node server.js"})
        self.assertEqual(facts["origins"], {"processes.web.command": "found: start of package.json"})

    def test_without_a_start_what_was_built_is_a_site(self):
        facts = self.facts(self.build({"package.json": "{}", "dist/index.html": "", "dist/_redirects": "/* /index.html 200\n"}))
        self.assertEqual((facts["site"]["directory"], len(facts["site"]["redirects"]), facts["process_types"]), ("/slipway/site", 1, {}))

    def test_without_a_start_and_without_a_site_there_is_nothing(self):
        self.assertEqual(self.build({"package.json": "{}"}).error["id"], "build_left_nothing")
