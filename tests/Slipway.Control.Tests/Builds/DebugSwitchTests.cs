using Slipway.Contracts.Errors;
using Slipway.Control.Builds.Python;

namespace Slipway.Control.Tests.Builds;

/// <summary>DEBUG left on, as far as files tell.</summary>
public sealed class DebugSwitchTests : IDisposable
{
    private const string Manage = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import execute_from_command_line\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("DEBUG = True\n", 1)]
    [InlineData("DEBUG = False\n\nDEBUG = True  # for now\n", 3)]
    [InlineData("DEBUG = True\nDEBUG = False\n", null)]
    [InlineData("DEBUG = env('DEBUG')\n", null)]
    [InlineData("TEMPLATE_DEBUG = True\n# DEBUG = True\n", null)]
    public void Of_settings_that_are_left_alone_the_last_line_counts(string settings, int? line)
    {
        Write("shop/settings.py", settings);
        Write("manage.py", Manage);
        Write("requirements.txt", "Django\n");
        Assert.Equal(line is null ? null : $"shop/settings.py:{line}", Found([("DJANGO_SETTINGS_MODULE", "shop.settings")]));
        // Where the layer turns it off, and where it is asked for, there is nothing to say.
        Assert.Null(Found([]));
        Assert.Null(Found([("DJANGO_SETTINGS_MODULE", "shop.settings"), ("DEBUG", "1")]));
    }

    [Theory]
    [InlineData("web: python app.py", "app.run(host='0.0.0.0', debug=True)", "app.py:1")]
    [InlineData("web: exec python3 app.py --port $PORT", "app.run(debug = True)", "app.py:1")]
    [InlineData("web: gunicorn app:app", "app.run(debug=True)", null)]
    [InlineData("web: python app.py", "# app.run(debug=True)", null)]
    [InlineData("web: python app.py", "app.run(debug=False)", null)]
    public void Flasks_own_server_with_its_debugger_is_one(string procfile, string code, string? place)
    {
        Write("app.py", code + "\n");
        Write("Procfile", procfile + "\n");
        Write("requirements.txt", "Flask\n");
        Assert.Equal(place, Found([]));
    }

    [Fact]
    public void A_command_in_slipway_toml_is_the_one_that_runs()
    {
        Write("app.py", "app.run(debug=True)\n");
        Write("requirements.txt", "Flask\n");
        Write("Procfile", "web: gunicorn app:app\n");
        Write("slipway.toml", "[processes.web]\ncommand = \"python app.py\"\n");
        Assert.Equal("app.py:1", Found([]));
    }

    [Fact]
    public void A_module_name_that_is_none_leads_nowhere()
    {
        Write("manage.py", Manage);
        Write("requirements.txt", "Django\n");
        Assert.Null(Found([("DJANGO_SETTINGS_MODULE", "../../etc/passwd")]));
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private string? Found(IEnumerable<(string, string)> config)
    {
        try
        {
            Planned.Of(_folder, config);
            return null;
        }
        catch (SlipwayException e) when (e.Error.Id == DebugSwitch.Code)
        {
            return e.Error.Message.Split(' ')[0].TrimEnd(':');
        }
    }
}
