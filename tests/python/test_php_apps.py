"""PHP apps: what the image has besides the source, and what is taken out of .htaccess files."""
import json
import os

from support import TemporaryFolder, slipway_build, write


class PhpApps(TemporaryFolder):
    def build(self, files, config=None, **details):
        write(self.source, files)
        config = {"DATABASE_URL": "mysql://u:p@mariadb/u"} if config is None else config
        return slipway_build("app", self.root, {"kind": "php", "app": "press", "config": config, "details": {"php": "8.2", **details}})

    def built(self, files, **details):
        result = self.build(files, **details)
        self.assertEqual(result.status, 0, result.log)
        self.log = result.log
        return json.loads(self.read("slipway/facts.json"))

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            return file.read()

    def test_the_world_sees_the_document_root_alone(self):
        facts = self.built({"public/index.php": ""}, document_root="public")
        self.assertIn('DocumentRoot "/app/public"', self.read("slipway/php/apache.conf"))
        self.assertEqual(facts["process_types"], {"web": "/slipway/php/serve"})
        self.assertEqual(facts["volumes"], {"php-sessions": "/data/php-sessions"})
        self.assertNotIn("@", self.read("slipway/php/serve"))
        self.assertIn("sendmail_path = /slipway/php/sendmail", self.read("slipway/php/ini/50-slipway.ini"))
        self.assertTrue(os.access(os.path.join(self.root, "slipway/php/sendmail"), os.X_OK))

    def test_php_settings_move_from_htaccess_to_user_ini(self):
        self.built(
            {
                "index.php": "",
                ".htaccess": 'php_value memory_limit "64M"\nOptions -Indexes\nphp_flag short_open_tag On\n',
                "admin/.htaccess": "<IfModule mod_php.c>\n  php_value upload_max_filesize 9M\n</IfModule>\n",
                "admin/.user.ini": "upload_max_filesize = 20M\n",
                "plain/.htaccess": "Deny from all\n",
                "images/.htaccess": "<IfModule mod_php7.c>\nphp_admin_flag engine off\n</IfModule>\n",
            }
        )
        self.assertEqual(self.read("app/.user.ini"), 'memory_limit = "64M"\nshort_open_tag = "1"\n')
        htaccess = self.read("app/.htaccess").split("\n")
        self.assertEqual([line for line in htaccess if line and not line.startswith("#")], ["Options -Indexes"])
        self.assertEqual(self.read("app/admin/.user.ini"), 'upload_max_filesize = "9M"\nupload_max_filesize = 20M\n')
        self.assertIn("php_value upload_max_filesize 9M", self.read("app/admin/.htaccess"))
        self.assertEqual(self.read("app/plain/.htaccess"), "Deny from all\n")
        self.assertFalse(os.path.exists(os.path.join(self.root, "app/images/.user.ini")))

    def test_a_php_ini_holds_for_the_whole_app(self):
        self.built({"index.php": "", "php.ini": "memory_limit = 99M\n"})
        self.assertEqual(self.read("slipway/php/ini/90-app.ini"), "memory_limit = 99M\n")

    WORDPRESS = {"index.php": "", "wp-load.php": "", "wp-settings.php": "", "wp-includes/version.php": ""}

    def test_wordpress_gets_a_configuration_and_its_uploads_a_volume_that_begins_with_what_is_there(self):
        facts = self.built({**self.WORDPRESS, "wp-content/uploads/2026/boat.jpg": "jpg"})
        self.assertIn("DATABASE_URL", self.read("app/wp-config.php"))
        self.assertEqual(facts["volumes"]["uploads"], "/app/wp-content/uploads")
        self.assertEqual(self.read("slipway/seeds/uploads/2026/boat.jpg"), "jpg")
        self.assertEqual(os.listdir(os.path.join(self.root, "app/wp-content/uploads")), [])
        self.assertIn("cp -Rn", self.read("slipway/php/serve"))
        self.assertIn('<Directory "/app/wp-content/uploads">', self.read("slipway/php/apache.conf"))

    def test_a_wp_config_of_ones_own_stays_and_debians_is_replaced(self):
        self.built({**self.WORDPRESS, "wp-config.php": "<?php // mine"})
        self.assertEqual(self.read("app/wp-config.php"), "<?php // mine")

    def test_wordpress_without_a_database_is_told_how_to_get_one(self):
        error = self.build(self.WORDPRESS, config={}).error
        self.assertEqual(error["id"], "database_missing")
        self.assertIn("slipway addons create mariadb --app press", error["next"])

    def test_debians_wp_config_is_replaced(self):
        self.built({**self.WORDPRESS, "wp-config.php": "<?php require('/etc/wordpress/config-x.php');"})
        self.assertIn("DATABASE_URL", self.read("app/wp-config.php"))

    MEDIAWIKI = {"index.php": "", "includes/WebStart.php": "", "maintenance/update.php": "", "mw-config/index.php": ""}

    def test_mediawiki_is_updated_at_each_release_once_it_is_installed(self):
        facts = self.built(self.MEDIAWIKI)
        self.assertNotIn("release", facts["process_types"])
        self.assertIn("/mw-config/", self.log)

    def test_an_installed_mediawiki_is_updated_at_each_release(self):
        facts = self.built({**self.MEDIAWIKI, "LocalSettings.php": "<?php"})
        self.assertEqual(facts["process_types"]["release"], "php maintenance/update.php --quick")
        self.assertEqual(facts["volumes"]["images"], "/app/images")
        origins = {"processes.web.command": "Slipway, for PHP", "volumes.php-sessions.path": "Slipway, for PHP", "volumes.images.path": "found: MediaWiki", "hooks.release": "found: MediaWiki"}
        self.assertEqual(facts["origins"], origins)
        self.assertNotIn("cache", facts["volumes"])

    def test_debians_mediawiki_has_a_cache_where_it_looks_for_one(self):
        facts = self.built({**self.MEDIAWIKI, "includes/PlatformSettings.php": "<?php $wgCacheDirectory = '/var/cache/mediawiki';"})
        self.assertEqual(facts["volumes"]["cache"], "/var/cache/mediawiki")
        self.assertNotIn("/var/cache", self.read("slipway/php/apache.conf"))
