using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Sources that say themselves how they are run or built, and sources that could be two things.</summary>
public sealed class OtherKindStories(Platform platform)
{
    [Fact]
    public async Task A_procfile_alone_is_enough()
    {
        const string app = "plain-story";
        using var folder = Folder.Empty(app);
        folder.Write("Procfile", "web: perl serve.pl\n");
        folder.Write("serve.pl", """
            use IO::Socket::INET;
            my $door = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die $!;
            while (my $guest = $door->accept) {
              while (<$guest>) { last if /^\r?\n$/ }
              print $guest "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nperl";
              close $guest;
            }
            """);
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("perl", await site.TextAsync());
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task Two_buildpacks_in_a_row_build_an_app_and_keep_their_cache()
    {
        const string app = "pack-story";
        using var folder = Folder.Empty(app);
        folder.Write(".buildpacks", "./packs/compiler\n./packs/runner\n");
        folder.Write("serve.c", """
            #include <stdio.h>
            int main(void) { puts("compiled here"); return 0; }
            """);
        folder.Write("packs/compiler/bin/detect", "#!/bin/bash\n[ -f \"$1/serve.c\" ]\n");
        folder.Write("packs/compiler/bin/compile", "#!/bin/bash\nset -e\necho \"builds so far: $(cat \"$2/count\" 2>/dev/null | wc -l)\"\necho x >> \"$2/count\"\nmkdir -p \"$1/www\"\ngcc -o \"$1/say\" \"$1/serve.c\"\n\"$1/say\" > \"$1/www/index.html\"\necho 'export WWW=www' > \"$(dirname \"$0\")/../export\"\n");
        folder.Write("packs/runner/bin/detect", "#!/bin/bash\ntrue\n");
        folder.Write("packs/runner/bin/compile", "#!/bin/bash\nmkdir -p \"$1/.profile.d\"\necho \"export FOLDER=$WWW\" > \"$1/.profile.d/www.sh\"\n");
        folder.Write("packs/runner/bin/release", "#!/bin/bash\necho 'default_process_types:'\necho '  web: python3 -m http.server --directory $FOLDER $PORT'\n");
        foreach (var script in Directory.EnumerateFiles(Path.Combine(folder.Path, "packs"), "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(script, (UnixFileMode)0x1ed);
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        Assert.Contains("builds so far: 0", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        Assert.Equal("compiled here\n", await site.TextAsync());
        Assert.Contains("builds so far: 1", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task Between_two_equals_nothing_is_guessed_until_the_user_says()
    {
        const string app = "twofold-story";
        using var folder = Folder.Empty(app);
        folder.Write("index.php", "<?php echo 'php';");
        folder.Write("manage.py", "import django\n");
        var cli = platform.Cli.In(folder.Path);
        var refused = (await cli.RunAsync("deploy", "--app", app)).MustFail(5).ToString();
        Assert.Contains("python (manage.py of a Django project) or php (index.php)", refused, StringComparison.Ordinal);
        (await cli.RunAsync("config", "set", "--app", app, "PROJECT_KIND=php")).MustSucceed();
        Assert.Contains("Kind: php, as PROJECT_KIND says", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        using var site = platform.Site(app);
        Assert.Equal("php", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }
}
