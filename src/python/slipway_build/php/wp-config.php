<?php
/**
 * Written by Slipway, because the source had no wp-config.php of its own. Everything is taken from the app's
 * environment; put a wp-config.php beside wp-load.php to have it otherwise.
 */
$database = parse_url(getenv('DATABASE_URL') ?: 'mysql://wordpress@localhost/wordpress');
define('DB_NAME', rawurldecode(ltrim($database['path'] ?? '', '/')));
define('DB_USER', rawurldecode($database['user'] ?? ''));
define('DB_PASSWORD', rawurldecode($database['pass'] ?? ''));
define('DB_HOST', ($database['host'] ?? 'localhost') . (isset($database['port']) ? ':' . $database['port'] : ''));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = getenv('WORDPRESS_TABLE_PREFIX') ?: 'wp_';

// From the app's one secret, eight that tell nothing of each other.
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $name) {
    define($name, hash_hmac('sha256', $name, (string) getenv('SLIPWAY_SECRET_KEY')));
}

// The site answers to every domain of the app, also to one that was added after it was installed.
if (isset($_SERVER['HTTP_HOST']) && preg_match('/\A[A-Za-z0-9.:\[\]-]+\z/', $_SERVER['HTTP_HOST'])) {
    $address = (empty($_SERVER['HTTPS']) ? 'http://' : 'https://') . $_SERVER['HTTP_HOST'];
    define('WP_HOME', $address);
    define('WP_SITEURL', $address);
}

// The code is the release: what the admin pages would change in it would be gone with the instance. Plugins, themes and
// updates are added to the source and deployed.
define('DISALLOW_FILE_MODS', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', false);

// An instance cannot call its own public address, as WordPress would to do what is due. See the end of this file.
define('DISABLE_WP_CRON', true);

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';

// What is due is done after a visitor has had the whole answer, by the process that gave it.
register_shutdown_function(function () {
    if (function_exists('fastcgi_finish_request') && empty($_POST) && !wp_installing() && !wp_doing_ajax() && wp_get_ready_cron_jobs()) {
        fastcgi_finish_request();
        require ABSPATH . 'wp-cron.php';
    }
});
