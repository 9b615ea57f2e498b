"""Sites of files: what is published of a folder, and by which rules."""
import json
import os

from support import TemporaryFolder, slipway_build, write


class StaticSites(TemporaryFolder):
    def build(self, files, source="/source"):
        write(self.source, files)
        return slipway_build("app", self.root, {"kind": "static", "source": source})

    def built(self, files, **request):
        result = self.build(files, **request)
        self.assertEqual(result.status, 0, result.log)
        self.log = result.log
        with open(os.path.join(self.root, "slipway", "facts.json"), encoding="utf-8") as file:
            return json.load(file)["site"]

    def published(self):
        app = os.path.join(self.root, "app")
        return sorted(os.path.relpath(os.path.join(at, name), app) for at, _, names in os.walk(app) for name in names)

    def test_only_what_is_meant_for_visitors_is_published_and_the_rest_named(self):
        site = self.built(
            {
                "index.html": "home",
                "css/site.css": "",
                ".well-known/security.txt": "",
                ".env": "SECRET=1",
                ".git/config": "",
                "css/.hidden": "",
                "index.html~": "",
                "index.bak": "",
                "old/dump.sql.gz": "",
                "Procfile": "worker: x",
                "_redirects": "",
                "node_modules/x/index.js": "",
            }
        )
        self.assertEqual(self.published(), [".well-known/security.txt", "css/site.css", "index.html"])
        self.assertEqual(site, {"directory": "/app", "redirects": [], "headers": []})
        self.assertIn(".env", self.log)

    def test_of_a_folder_below_only_that_is_published(self):
        self.built({"README.md": "", "src/app.js": "", "dist/index.html": "home"}, source="/source/dist")
        self.assertEqual(self.published(), ["index.html"])

    def test_redirects_and_headers_are_read(self):
        site = self.built(
            {
                "index.html": "",
                "_redirects": "# moved\n/a /b\n/old/*  /new/:splat  302!\n/x https://example.org/ä 308\n/* /index.html 200\n",
                "_headers": "/*\n  X-Frame-Options: DENY\n\n/assets/*\n  Link: </a.css>\n  Link: </b.css>\n/nothing\n",
            }
        )
        self.assertEqual(
            site["redirects"],
            [
                {"from": "/a", "to": "/b", "status": 301, "force": False},
                {"from": "/old/*", "to": "/new/:splat", "status": 302, "force": True},
                {"from": "/x", "to": "https://example.org/%C3%A4", "status": 308, "force": False},
                {"from": "/*", "to": "/index.html", "status": 200, "force": False},
            ],
        )
        self.assertEqual(
            site["headers"],
            [
                {"path": "/*", "set": {"X-Frame-Options": "DENY"}},
                {"path": "/assets/*", "set": {"Link": "</a.css>, </b.css>"}},
            ],
        )

    def test_every_line_that_cannot_be_followed_is_named(self):
        error = self.build(
            {
                "index.html": "",
                "_redirects": "/a\nb /c\n/d/*.jpg /e\n/f /g 299\n/h https://x/ 200\n/i ftp://x/\n/j id=:id /k 301\n/l /m 301 Country=au\n/fine /n\n",
            }
        ).error
        self.assertEqual(error["id"], "invalid_redirects")
        self.assertEqual([line.split(":")[1] for line in error["evidence"]], ["1", "2", "3", "4", "5", "6", "7", "8"])

    def test_every_header_that_cannot_be_set_is_named(self):
        error = self.build({"_headers": "  A: b\n/x\n  Content-Length: 3\n  no colon\n  Ä: b\n"}).error
        self.assertEqual(error["id"], "invalid_headers")
        self.assertEqual([line.split(":")[1] for line in error["evidence"]], ["1", "3", "4", "5"])

    def test_what_is_answered_where_there_is_no_file_is_said(self):
        self.built({"index.html": ""})
        self.assertIn("/* /index.html 200", self.log)
