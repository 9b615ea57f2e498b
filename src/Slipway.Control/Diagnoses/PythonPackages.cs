namespace Slipway.Control.Diagnoses;

/// <summary>From the name that code imports to the package that brings it, where they differ.</summary>
internal static class PythonPackages
{
    private static readonly Dictionary<string, string> ByImport = new(StringComparer.Ordinal)
    {
        ["allauth"] = "django-allauth", ["attr"] = "attrs", ["bs4"] = "beautifulsoup4", ["channels"] = "channels", ["compressor"] = "django-compressor",
        ["constance"] = "django-constance", ["corsheaders"] = "django-cors-headers", ["crispy_forms"] = "django-crispy-forms", ["crispy_bootstrap5"] = "crispy-bootstrap5",
        ["cv2"] = "opencv-python-headless", ["dateutil"] = "python-dateutil", ["debug_toolbar"] = "django-debug-toolbar", ["decouple"] = "python-decouple",
        ["dj_database_url"] = "dj-database-url", ["django_celery_beat"] = "django-celery-beat", ["django_extensions"] = "django-extensions", ["django_filters"] = "django-filter",
        ["django_htmx"] = "django-htmx", ["django_redis"] = "django-redis", ["dotenv"] = "python-dotenv", ["drf_spectacular"] = "drf-spectacular", ["drf_yasg"] = "drf-yasg",
        ["environ"] = "django-environ", ["fitz"] = "PyMuPDF", ["flask_cors"] = "Flask-Cors", ["flask_login"] = "Flask-Login", ["flask_migrate"] = "Flask-Migrate",
        ["flask_sqlalchemy"] = "Flask-SQLAlchemy", ["git"] = "GitPython", ["google.protobuf"] = "protobuf", ["guardian"] = "django-guardian", ["haystack"] = "django-haystack",
        ["import_export"] = "django-import-export", ["jose"] = "python-jose", ["jwt"] = "PyJWT", ["ldap"] = "python-ldap", ["magic"] = "python-magic", ["markdown"] = "Markdown",
        ["memcache"] = "python-memcached", ["model_utils"] = "django-model-utils", ["mptt"] = "django-mptt", ["MySQLdb"] = "mysqlclient", ["nacl"] = "PyNaCl", ["OpenSSL"] = "pyOpenSSL",
        ["PIL"] = "Pillow", ["psycopg"] = "psycopg[binary]", ["psycopg2"] = "psycopg2-binary", ["rest_framework"] = "djangorestframework", ["rest_framework_simplejwt"] = "djangorestframework-simplejwt",
        ["sass_processor"] = "django-sass-processor", ["sentry_sdk"] = "sentry-sdk", ["serial"] = "pyserial", ["simple_history"] = "django-simple-history", ["skimage"] = "scikit-image",
        ["sklearn"] = "scikit-learn", ["slugify"] = "python-slugify", ["socketio"] = "python-socketio", ["sorl"] = "sorl-thumbnail", ["storages"] = "django-storages", ["taggit"] = "django-taggit",
        ["telegram"] = "python-telegram-bot", ["wagtail"] = "wagtail", ["widget_tweaks"] = "django-widget-tweaks", ["yaml"] = "PyYAML", ["zmq"] = "pyzmq", ["pkg_resources"] = "setuptools",
    };

    /// <param name="module">As imported: <c>rest_framework.authtoken</c>.</param>
    public static string Of(string module) => ByImport.GetValueOrDefault(module.Split('.')[0]) ?? module.Split('.')[0].Replace('_', '-');

    /// <summary>Its name is known to be another than the import's, or is its own: no guess.</summary>
    public static bool Knows(string module) => ByImport.ContainsKey(module.Split('.')[0]);
}
