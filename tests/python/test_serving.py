"""Which server is chosen and how it is started; what is added to the dependencies for it."""
import json
import os

from support import AppBuild, write

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
ASGI = "async def app(scope, receive, send):\n    pass\n"


class Serving(AppBuild):
    def plain(self, text=FLASK, **request):
        write(self.source, {"app.py": text})
        return self.built(manage_py=None, **request)

    def server_file(self, name):
        with open(os.path.join(self.root, "slipway", "server", name), encoding="utf-8") as file:
            return file.read()

    def test_the_usual_server_for_what_is_found(self):
        facts = self.plain()
        self.assertEqual(facts["serving"], {"server": "gunicorn", "interface": "wsgi", "callable": "app:app"})
        self.assertEqual(facts["origins"]["wsgi"], "found: Flask in app.py")
        self.assertIn("forwarded_allow_ips", self.server_file("gunicorn.conf.py"))

    def test_each_server_by_its_name(self):
        for server, command, file in (
            ("uwsgi", "uwsgi --ini /slipway/server/uwsgi.ini", "uwsgi.ini"),
            ("mod_wsgi", "sh /slipway/server/apache.sh", "httpd.conf"),
            ("waitress", "python /slipway/server/serve_waitress.py", "serve_waitress.py"),
        ):
            with self.subTest(server):
                facts = self.plain(details={"server": server})
                self.assertEqual(facts["process_types"]["web"], command)
                self.assertTrue(self.server_file(file))
                self.assertIn("from app import app as made", self.server_file("slipway_application.py"))
                self.assertNotIn("server", facts["origins"])

    def test_asgi_servers_by_their_names(self):
        for server, word in (("uvicorn", "uvicorn --uds"), ("daphne", "serve_daphne.py app:app"), ("hypercorn", "hypercorn --config")):
            with self.subTest(server):
                self.assertIn(word, self.plain(ASGI, details={"server": server})["process_types"]["web"])

    def test_debians_uwsgi_needs_its_plug_in_and_the_indexs_has_none(self):
        self.plain(details={"server": "uwsgi"})
        self.assertTrue(self.server_file("uwsgi.ini").split("[uwsgi]\n")[1].startswith("plugins = python3\n"))

    def test_a_function_that_makes_the_app_is_called_by_a_module_of_ours(self):
        facts = self.plain("from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n")
        self.assertTrue(facts["process_types"]["web"].endswith(" slipway_application:application"))
        self.assertIn("application = made()", self.server_file("slipway_application.py"))

    def test_a_server_of_the_other_kind_is_refused_with_those_that_fit(self):
        write(self.source, {"app.py": FLASK})
        error = self.failed(manage_py=None, details={"server": "hypercorn"})
        self.assertEqual(error["id"], "wrong_interface")
        self.assertIn("gunicorn, uwsgi, mod_wsgi, waitress", error["next"])

    def test_the_callable_that_is_named_is_not_searched_for(self):
        write(self.source, {"main.py": FLASK})
        facts = self.plain(details={"wsgi": "main:app"})
        self.assertEqual(facts["serving"]["callable"], "main:app")

    def test_flask_app_is_flasks_own_way_to_name_it(self):
        write(self.source, {"shop/__init__.py": "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n"})
        self.assertEqual(self.plain(config={"FLASK_APP": "shop:create_app"})["serving"]["callable"], "shop:create_app()")

    def test_commands_of_ones_own_run_in_their_order(self):
        facts = self.plain(commands={"pre-build": "echo 1 > a", "build": "cat a > b", "post-build": "echo 3 >> b"})
        self.assertEqual(facts["serving"]["server"], "gunicorn")
        with open(os.path.join(self.root, "app", "b"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "1\n3\n")

    def test_a_command_that_fails_ends_the_build(self):
        write(self.source, {"app.py": FLASK})
        error = self.failed(manage_py=None, commands={"pre-build": "exit 3"})
        self.assertEqual((error["id"], "status 3" in error["message"]), ("build_command_failed", True))


class DjangoServing(AppBuild):
    def test_a_project_is_served_by_wsgi(self):
        self.startproject()
        facts = self.built()
        self.assertEqual(facts["serving"], {"server": "gunicorn", "interface": "wsgi", "callable": "mysite.wsgi:application"})
        self.assertEqual(facts["origins"]["wsgi"], "WSGI_APPLICATION of the settings")

    def test_an_asgi_server_by_name_takes_the_projects_asgi_module(self):
        self.startproject()
        facts = self.built(details={"manage_py": "manage.py", "server": "daphne"})
        self.assertEqual(facts["serving"]["callable"], "mysite.asgi:application")

    def test_asgi_application_without_a_server_for_it_is_said(self):
        self.startproject()
        self.append("mysite/settings.py", "\nASGI_APPLICATION = 'mysite.asgi.application'\n")
        self.assertEqual(self.built()["serving"]["interface"], "wsgi")
        self.assertIn("no ASGI server is installed", self.log)

    def test_a_build_command_takes_the_place_of_collectstatic(self):
        self.startproject()
        facts = self.built(commands={"build": "python -c 'import django' && echo mine > built.txt"})
        self.assertFalse(os.path.exists(os.path.join(self.root, "slipway", "static", "admin")))
        self.assertIn("as the build command left them", self.log)
        self.assertTrue(os.path.exists(os.path.join(self.root, "app", "built.txt")))

    def test_what_a_last_build_found_keeps_its_servers_files(self):
        self.startproject()
        first = self.built()
        second = self.built()
        self.assertDjangoNotAsked()
        self.assertEqual(json.dumps(first["serving"]), json.dumps(second["serving"]))
        self.assertTrue(os.path.exists(os.path.join(self.root, "slipway", "server", "gunicorn.conf.py")))
