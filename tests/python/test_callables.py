"""What is found to serve in the text of an app, and what is not chosen between."""
from support import TemporaryFolder, write

from slipway_build.errors import BuildError
from slipway_build.python.serving import callables

FLASK = "from flask import Flask\n"
FACTORY = "def create_app(config=None):\n    app = Flask(__name__)\n    app.debug = False\n    return app\n"


class Callables(TemporaryFolder):
    def find(self, files):
        write(self.source, files)
        self.notes = []
        found = callables.find(self.source, self.notes)
        return found and (found.target, found.speaks)

    def refused(self, files):
        with self.assertRaises(BuildError) as raised:
            self.find(files)
        return raised.exception

    def test_an_object_of_a_framework(self):
        for text, speaks in (
            (FLASK + "app = Flask(__name__)\n", "wsgi"),
            ("import flask\napp = flask.Flask(__name__)\n", "wsgi"),
            ("import bottle\napp = bottle.default_app()\n", "wsgi"),
            ("with Configurator() as config:\n    app = config.make_wsgi_app()\n", "wsgi"),
            ("import falcon\napp = falcon.App()\n", "wsgi"),
            ("from falcon.asgi import App\napp = App()\n", "asgi"),
            ("from fastapi import FastAPI\napp: FastAPI = FastAPI()\n", "asgi"),
            ("from starlette.applications import Starlette\napp = Starlette(routes=[])\n", "asgi"),
        ):
            with self.subTest(text):
                self.assertEqual(self.find({"app.py": text}), ("app:app", speaks))

    def test_a_callable_of_ones_own(self):
        for text, speaks in (
            ("def app(environ, start_response):\n    return []\n", "wsgi"),
            ("async def app(scope, receive, send):\n    pass\n", "asgi"),
            ("class App:\n    def __call__(self, environ, start_response):\n        return []\n\napp = App()\n", "wsgi"),
            ("class App:\n    async def __call__(self, scope, receive, send):\n        pass\n\napp = App()\n", "asgi"),
        ):
            with self.subTest(text):
                self.assertEqual(self.find({"app.py": text}), ("app:app", speaks))

    def test_a_function_that_makes_one(self):
        self.assertEqual(self.find({"shop/__init__.py": FLASK + FACTORY}), ("shop:create_app()", "wsgi"))

    def test_what_is_imported_is_followed(self):
        files = {"shop/__init__.py": FLASK + FACTORY, "wsgi.py": "from shop import create_app\n\napp = create_app()\n"}
        self.assertEqual(self.find(files), ("wsgi:app", "wsgi"))

    def test_two_names_of_one_thing_are_one(self):
        files = {"app.py": FLASK + "server = Flask(__name__)\n", "wsgi.py": "from app import server as application\n"}
        self.assertEqual(self.find(files), ("wsgi:application", "wsgi"))

    def test_what_takes_an_app_is_none(self):
        text = FLASK + "app = Flask(__name__)\ndb = SQLAlchemy(app)\nadmin = Admin(app, name='x')\n"
        self.assertEqual(self.find({"app.py": text}), ("app:app", "wsgi"))

    def test_the_outermost_of_what_wraps_it_is_the_app(self):
        text = FLASK + "flask = Flask(__name__)\nwrapped = ProxyFix(flask)\n"
        self.assertEqual(self.find({"app.py": text}), ("app:wrapped", "wsgi"))

    def test_what_is_mounted_in_another_is_a_part_of_it(self):
        text = "site = FastAPI()\napi = FastAPI()\nsite.mount('/api', api)\n"
        self.assertEqual(self.find({"main.py": text}), ("main:site", "asgi"))

    def test_dash_serves_by_its_server(self):
        text = "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n"
        self.assertEqual(self.find({"app.py": text}), ("app:server", "wsgi"))

    def test_code_under_main_is_not_looked_at(self):
        self.assertIsNone(self.find({"app.py": FLASK + "if __name__ == '__main__':\n    app = Flask('x')\n"}))

    def test_the_usual_name_goes_first_and_that_is_said(self):
        text = FLASK + "admin = Flask('admin')\napp = Flask('app')\n"
        self.assertEqual(self.find({"app.py": text}), ("app:app", "wsgi"))
        self.assertIn("Not admin of app.py", self.notes[0])

    def test_two_are_not_chosen_between(self):
        for files in (
            {"app.py": FLASK + "app = Flask('a')\napplication = Flask('b')\n"},
            {"app.py": FLASK + "app = Flask('a')\n", "main.py": "app = FastAPI()\n"},
            {"wsgi.py": FLASK + "app = Flask('a')\n", "asgi.py": "app = FastAPI()\n"},
        ):
            with self.subTest(files):
                self.setUp()
                error = self.refused(files)
                self.assertEqual(error.id, "ambiguous_callable")
                first, second = error.next.split(": ")[1].split(" or ")
                self.assertRegex(first, '^wsgi = "\\w+:app"$')
                self.assertRegex(second, '^[wa]sgi = "\\w+:\\w+"$')

    def test_hostile_text_is_nothing(self):
        self.assertIsNone(self.find({"app.py": "(" * 5000, "main.py": "\0", "web.py": "import os; os.abort()\n"}))

    def test_imports_in_a_circle_end(self):
        self.assertIsNone(self.find({"app.py": "from main import app\n", "main.py": "from app import app\n"}))
