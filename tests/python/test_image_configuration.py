"""What an image's configuration becomes: its commands, port, volumes, environment."""
import json
import os
import tempfile
import unittest

from slipway_build.errors import BuildError
from slipway_build.image import configuration, rootfs
from slipway_build.paths import Paths
from slipway_build.request import Request

DIGEST = "sha256:" + "0" * 64


class Configurations(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.paths = Paths(self.folder.name)
        os.makedirs(os.path.join(self.paths.rootfs, "etc"))

    def facts(self, inner, **fields):
        request = Request({"kind": "image", "details": fields.pop("details", {}), **fields})
        configuration.write(request, self.paths, {"config": inner}, DIGEST, "ghcr.io/ada/blog:1")
        with open(os.path.join(self.paths.rootfs, "slipway", "facts.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_entry_point_and_command_are_one_line_that_needs_no_shell(self):
        facts = self.facts({"Entrypoint": ["/entry.sh"], "Cmd": ["nginx", "-g", "daemon off;"]})
        self.assertEqual(facts["process_types"], {"web": "/entry.sh nginx -g 'daemon off;'"})

    def test_a_command_of_the_users_takes_the_place_of_cmd(self):
        facts = self.facts({"Entrypoint": ["/entry.sh"], "Cmd": ["x"]}, process_types={"web": "serve -p $PORT", "worker": "work"})
        self.assertEqual(facts["process_types"], {"web": "/entry.sh serve -p $PORT", "worker": "/entry.sh work"})

    def test_a_shell_as_entry_point_takes_the_line_whole(self):
        facts = self.facts({"Entrypoint": ["/bin/sh", "-c"]}, process_types={"web": "serve -p $PORT | tee log"})
        self.assertEqual(facts["process_types"], {"web": "/bin/sh -c 'serve -p $PORT | tee log'"})

    def test_an_entry_point_in_shell_form_takes_no_command(self):
        inner = {"Entrypoint": ["/bin/sh", "-c", "exec serve"], "Cmd": ["ignored"]}
        self.assertEqual(self.facts(inner)["process_types"], {"web": "/bin/sh -c 'exec serve'"})

    def test_where_heroku_yml_says_what_runs_the_images_own_command_does_not(self):
        facts = self.facts({"Cmd": ["serve"]}, process_types={"worker": "work"}, details={"processes_only": "1"})
        self.assertEqual(facts["process_types"], {"worker": "work"})

    def test_nothing_to_run_is_said(self):
        with self.assertRaises(BuildError) as caught:
            self.facts({})
        self.assertEqual(caught.exception.id, "image_without_command")

    def test_the_exposed_port_is_the_port(self):
        for exposed, port in (({}, None), ({"8080/tcp": {}}, 8080), ({"443/tcp": {}, "80/tcp": {}}, 80), ({"53/udp": {}}, None), ({"9/tcp": {}, "7": {}, "x": {}}, 7),
                              ({"8000-8010/tcp": {}, "\u00b2/tcp": {}, "0": {}, "99999": {}, "": {}, "-1": {}}, None), (None, None)):
            self.setUp()
            self.assertEqual(self.facts({"Cmd": ["x"], "ExposedPorts": exposed})["container"]["port"], port)

    def test_slipway_toml_beats_the_exposed_port(self):
        self.assertEqual(self.facts({"Cmd": ["x"], "ExposedPorts": {"80/tcp": {}}}, details={"port": "9000"})["container"]["port"], 9000)

    def test_user_home_environment_and_folder(self):
        with open(os.path.join(self.paths.rootfs, "etc", "passwd"), "w", encoding="utf-8") as file:
            file.write("root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/home/web:/bin/sh\n")
        facts = self.facts({"Cmd": ["x"], "User": "web:web", "Env": ["A=b=c", "PATH=/opt/bin", "bad name=1"], "WorkingDir": "srv//app/../x"})
        self.assertEqual(facts["environment"], {"PATH": "/opt/bin", "HOME": "/home/web", "A": "b=c"})
        self.assertEqual(facts["working_directory"], "/srv/x")
        self.assertEqual(facts["container"]["user"], "web:web")

    def test_a_link_for_passwd_is_not_followed(self):
        os.symlink("/etc/passwd", os.path.join(self.paths.rootfs, "etc", "passwd"))
        self.assertEqual(self.facts({"Cmd": ["x"], "User": "daemon"})["environment"]["HOME"], "/")

    def test_volumes_are_kept_but_not_over_files(self):
        os.makedirs(os.path.join(self.paths.rootfs, "srv", "full"))
        open(os.path.join(self.paths.rootfs, "srv", "full", "file"), "w").close()
        facts = self.facts({"Cmd": ["x"], "Volumes": {"/var/lib/data": {}, "/srv/full": {}, "/": {}}})
        self.assertEqual(facts["volumes"], {"var-lib-data": "/var/lib/data"})

    def test_health_check_signal(self):
        inner = {"Cmd": ["x"], "StopSignal": "SIGQUIT", "Healthcheck": {"Test": ["CMD-SHELL", "curl -f http://localhost:8080/health?x=1 || exit 1"]}}
        container = self.facts(inner)["container"]
        self.assertEqual((container["stop_signal"], container["health_path"]), (3, "/health?x=1"))

    def test_what_the_image_says_is_told_from_what_it_leaves_open(self):
        said = self.facts({"Cmd": ["x"], "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/keep": {}}, "Healthcheck": {"Test": ["CMD", "curl", "http://localhost/up"]}})["origins"]
        self.assertEqual((said["port"], said["volumes.keep.path"], said["health.path"]), ("the image's EXPOSE", "the image's VOLUME", "the image's HEALTHCHECK"))
        self.setUp()
        self.assertEqual(list(self.facts({"Cmd": ["x"]})["origins"]), ["processes.web.command"])

    def test_a_health_check_that_asks_for_no_path_of_the_app_is_not_one_here(self):
        for test in (None, [], ["NONE"], ["CMD"], ["CMD", "pg_isready"], ["CMD-SHELL", "curl https://example.org/up"], ["CMD-SHELL", "curl localhost:80/up"],
                     ["CMD", "curl", "http://localhost/../up"], ["CMD", "curl", "http://localhost//up"], ["CMD", "curl", "http://localhost/\x01"],
                     ["CMD", "curl", "http://localhost/\u00fcber"], ["CMD", "curl", "http://localhost/" + "x" * 300]):
            self.setUp()
            self.assertIsNone(self.facts({"Cmd": ["x"], "Healthcheck": {"Test": test}})["container"]["health_path"], test)

    def test_a_health_check_may_ask_for_the_port_by_its_variable_and_for_no_path(self):
        for command, path in (("curl -f http://127.0.0.1:${PORT}/up", "/up"), ("wget -qO- http://[::1]:80", "/"), ("curl 'http://localhost/a b'", "/a")):
            self.setUp()
            self.assertEqual(self.facts({"Cmd": ["x"], "Healthcheck": {"Test": ["CMD-SHELL", command], "Interval": 5}})["container"]["health_path"], path)

    def test_a_signal_that_there_is_not_is_left_out(self):
        for name, number in (("3", 3), ("quit", 3), ("SIGTERM", None), ("15", None), ("\u00b2", None), ("99", None), ("SIGNOPE", None), ("__class__", None)):
            self.setUp()
            self.assertEqual(self.facts({"Cmd": ["x"], "StopSignal": name})["container"]["stop_signal"], number, name)

    def test_what_is_no_configuration_is_refused(self):
        for inner in ({"Cmd": "serve"}, {"Cmd": ["a\0b"]}, {"Cmd": ["\ud800"]}, {"Entrypoint": [1]}, {"Cmd": ["x"], "WorkingDir": 5}, {"Cmd": ["x"], "User": 5},
                      {"Cmd": ["x"], "ExposedPorts": ["80/tcp"]}, {"Cmd": ["x"], "ExposedPorts": 80}, {"Cmd": ["x"], "Volumes": "/data"}, {"Cmd": ["x"], "StopSignal": 9},
                      {"Cmd": ["x"], "Healthcheck": "curl"}, {"Cmd": ["x"], "Healthcheck": {"Test": "curl"}}, {"Cmd": ["x"], "Env": {"A": "b"}}, "serve", ["serve"]):
            self.setUp()
            with self.assertRaises(BuildError, msg=repr(inner)) as caught:
                self.facts(inner)
            self.assertEqual(caught.exception.id, "invalid_image")


class Trees(unittest.TestCase):
    def test_pipes_go_and_unreadable_files_become_the_apps_to_read(self):
        with tempfile.TemporaryDirectory() as root:
            os.mkdir(os.path.join(root, "srv"))
            os.mkfifo(os.path.join(root, "srv", "pipe"))
            with open(os.path.join(root, "srv", "secret"), "w", encoding="utf-8") as file:
                file.write("x")
            os.chmod(os.path.join(root, "srv", "secret"), 0)
            os.symlink("/etc", os.path.join(root, "slipway"))
            rootfs.tidy(root)
            self.assertEqual(os.listdir(os.path.join(root, "srv")), ["secret"])
            self.assertEqual(os.stat(os.path.join(root, "srv", "secret")).st_mode & 0o777, 0o400)
            self.assertFalse(os.path.lexists(os.path.join(root, "slipway")))


if __name__ == "__main__":
    unittest.main()
