"""Apps that are not Django."""
from support import AppBuild, write


class OtherApps(AppBuild):
    def other(self, **request):
        return self.built(manage_py=None, **request)

    def test_a_procfile_says_it_all(self):
        write(self.source, {"site.py": "print('hi')\n"})
        facts = self.other(process_types={"web": "python site.py"})
        self.assertEqual(
            (facts["process_types"], facts["django"], facts["migrate_key"]), ({"web": "python site.py"}, None, None)
        )
        self.assertEqual(facts["working_directory"], "/app")

    def test_a_flask_object_is_found_without_one(self):
        write(self.source, {"app.py": "from flask import Flask\n\nserver = Flask(__name__)\n"})
        self.assertEqual(
            self.other()["process_types"], {"web": "gunicorn --config /slipway/server/gunicorn.conf.py app:server"}
        )

    def test_a_worker_alone_needs_nothing_to_serve(self):
        write(self.source, {"work.py": "x = 1\n"})
        self.assertEqual(self.other(process_types={"worker": "python work.py"})["process_types"], {"worker": "python work.py"})

    def test_nothing_that_can_be_served_is_told(self):
        write(self.source, {"notes.py": "x = 1\n"})
        self.assertEqual(self.failed(manage_py=None)["id"], "callable_not_found")

    def test_code_that_is_not_for_this_python_is_told_and_no_failure(self):
        write(self.source, {"old.py": "print 'hi'\n", "web.py": ""})
        self.other(process_types={"web": "python web.py"})
        self.assertIn("Warning: not Python for this version", self.log)
