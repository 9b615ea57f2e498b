using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Apps that bring their own file system: by a Dockerfile, as an archive, from a registry.</summary>
public sealed class ImageStories(Platform platform)
{
    /// <summary>busybox and nothing else: no stack, no registry.</summary>
    private const string Busybox = """
        FROM scratch AS base
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "sh", "-c", "/bin/busybox mkdir -p /etc /www /tmp && /bin/busybox --install -s /bin"]

        """;

    private static Folder WithBusybox(string name, string dockerfile)
    {
        var folder = Folder.Empty(name);
        File.Copy("/bin/busybox", Path.Combine(folder.Path, "busybox"));
        folder.Write("Dockerfile", Busybox + dockerfile);
        return folder;
    }

    [Fact]
    public async Task A_dockerfile_of_two_stages_is_built_by_heroku_yml_and_its_steps_are_kept()
    {
        const string app = "docker-story";
        using var folder = WithBusybox(app, """
            RUN adduser -D -h /home/web web; mkdir -p /home/web && chown 1000:1000 /home/web && echo "made by $(id -u)" > /www/stage
            FROM base
            ARG GREETING=none
            COPY --from=base /www/stage /www/stage
            COPY --chown=1000:1000 . /www/source
            RUN echo "$GREETING" > /www/index.html
            USER web
            VOLUME /keep
            EXPOSE 80
            ENTRYPOINT ["/bin/httpd", "-f", "-h", "/www", "-p"]
            CMD ["80"]
            """);
        folder.Write(".dockerignore", "secret.txt\n");
        folder.Write("secret.txt", "not for the image");
        folder.Write("heroku.yml", "build:\n  docker:\n    web: Dockerfile\n  config:\n    GREETING: from heroku.yml\n");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        var log = (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output;
        Assert.Contains("Kind: docker, because there is build.docker in heroku.yml", log, StringComparison.Ordinal);
        Assert.Contains("STEP ", log, StringComparison.Ordinal);
        Assert.Equal("from heroku.yml\n", await site.TextAsync());
        Assert.Equal("made by 0\n", await site.TextAsync("/stage"));
        var files = (await cli.RunAsync("run", "--app", app, "--", "ls", "/www/source")).MustSucceed().Output;
        Assert.DoesNotContain("secret.txt", files, StringComparison.Ordinal);
        (await cli.RunAsync("run", "--app", app, "--", "sh", "-c", "test $(id -u) -ne 0 && echo kept > /keep/file")).MustSucceed();

        folder.Write("heroku.yml", "build:\n  docker:\n    web: Dockerfile\n  config:\n    GREETING: anew\n");
        log = (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output;
        Assert.Contains("Using cache", log, StringComparison.Ordinal);
        Assert.Equal("anew\n", await site.TextAsync());
        Assert.Contains("kept", (await cli.RunAsync("run", "--app", app, "--", "cat", "/keep/file")).MustSucceed().Output, StringComparison.Ordinal);

        (await cli.RunAsync("rollback", "--app", app)).MustSucceed();
        Assert.Equal("from heroku.yml\n", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Theory]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task An_image_as_a_file_goes_live(string format)
    {
        var app = $"{format}-story";
        using var folder = WithBusybox(app, "");
        var archive = await MakeArchiveAsync(folder, format, "from a file");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        var log = (await cli.RunAsync("deploy", "--app", app, "--image", archive)).MustSucceed().Output;
        Assert.Contains("Kind: image", log, StringComparison.Ordinal);
        Assert.Equal("from a file\n", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task A_private_registry_is_read_by_whom_it_lets_and_refuses_others_in_words()
    {
        const string app = "registry-story", password = "correct-horse-battery";
        using var folder = WithBusybox(app, "");
        var archive = await MakeArchiveAsync(folder, "docker-archive", "from a registry");
        await using var registry = await Registry.StartAsync("ada", password);
        await registry.PushAsync(archive, "ada/blog:1");
        var reference = $"{registry.Host}/ada/blog:1";
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("registry", "login", registry.Host, "--plain-http", "--app", app)).MustSucceed();
        var refused = (await cli.RunAsync("deploy", "--app", app, "--image", reference)).MustFail(5).ToString();
        Assert.Contains("does not let Slipway read", refused, StringComparison.Ordinal);
        Assert.Contains($"slipway registry login {registry.Host}", refused, StringComparison.Ordinal);

        (await cli.RunAsync(["registry", "login", registry.Host, "--username", "ada", "--password-stdin", "--plain-http", "--app", app], password)).MustSucceed();
        var log = (await cli.RunAsync("deploy", "--verbose", "--app", app, "--image", reference)).MustSucceed().ToString();
        Assert.DoesNotContain(password, log, StringComparison.Ordinal);
        Assert.Equal("from a registry\n", await site.TextAsync());
        Assert.DoesNotContain(password, (await cli.RunAsync("registry", "list", "--json", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);

        Assert.Contains("has no image", (await cli.RunAsync("deploy", "--app", app, "--image", $"{registry.Host}/ada/blog:2")).MustFail(5).ToString(), StringComparison.Ordinal);
        Assert.Equal("from a registry\n", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Theory]
    [InlineData("COPY ../../../../etc/shadow /shadow", "dockerfile_file_missing")]
    [InlineData("RUN mknod /disk b 254 0 && head -c 1 /disk", "dockerfile_step_failed")]
    [InlineData("RUN mount -t ext4 /dev/vda /mnt", "dockerfile_step_failed")]
    [InlineData("RUN wget -T 3 -O - http://169.254.169.254/", "dockerfile_step_failed")]
    [InlineData("RUN ls /run/slipway/runner.sock /run/docker.sock /var/lib/slipway", "dockerfile_step_failed")]
    [InlineData("RUN insmod /x.ko; echo 1 > /proc/sysrq-trigger", "dockerfile_step_failed")]
    [InlineData("RUN dd if=/dev/zero of=/fill bs=1M", "disk_full")]
    [InlineData("RUN sh -c 'f() { f | f & }; f; wait; i=0; while [ $i -lt 1500 ]; do sleep 60 & i=$((i+1)); done'", "build_too_many_processes")]
    [InlineData("RNU true", "dockerfile_invalid")]
    public async Task A_hostile_or_broken_dockerfile_is_refused_in_words_and_leaves_nothing(string line, string id)
    {
        const string app = "hostile-docker-story";
        using var folder = WithBusybox(app, line + "\nCMD [\"/bin/httpd\"]\n");
        var cli = platform.Cli.In(folder.Path);
        var refused = (await cli.RunAsync("deploy", "--app", app)).MustFail(5);
        Assert.Contains(id, (await cli.RunAsync("deploys", "--app", app, "--json")).MustSucceed().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("root:$", refused.ToString(), StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/mounts"), mount => mount.Contains(platform.Config.Home + "/", StringComparison.Ordinal) && mount.Contains(app, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dockerfile_does_not_reach_the_servers_own_ports()
    {
        const string app = "reach-docker-story";
        var gateway = $"{platform.Config.SubnetPrefix}.0.1";
        using var folder = WithBusybox(app, $"RUN ! wget -q -T 3 -O - http://{gateway}:{platform.Config.HttpPort}/ && echo unreached\nCMD [\"/bin/httpd\", \"-f\", \"-p\", \"5000\"]\n");
        Assert.Contains("unreached", (await platform.Cli.In(folder.Path).RunAsync("deploy", "--verbose", "--app", app)).ToString(), StringComparison.Ordinal);
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    /// <summary>An image with one page, made by buildah and skopeo as somebody elsewhere would.</summary>
    private static async Task<string> MakeArchiveAsync(Folder folder, string format, string page)
    {
        var archive = Path.Combine(folder.Path, "image.tar");
        folder.Write("index.html", page + "\n");
        folder.Write("Dockerfile", Busybox + "COPY index.html /www/\nEXPOSE 8080\nSTOPSIGNAL SIGQUIT\nCMD [\"/bin/httpd\", \"-f\", \"-h\", \"/www\", \"-p\", \"8080\"]\n");
        var store = Directory.CreateTempSubdirectory("slipway-buildah-");
        try
        {
            string[] common = ["--root", store.FullName + "/root", "--runroot", store.FullName + "/run", "--storage-driver", "vfs"];
            (await Run.ProgramAsync("buildah", [.. common, "build", "--isolation", "chroot", "--format", "docker", "--tag", "localhost/page:1", folder.Path])).MustSucceed();
            (await Run.ProgramAsync("buildah", [.. common, "push", "--quiet", "localhost/page:1", $"{format}:{archive}:localhost/page:1"])).MustSucceed();
        }
        finally
        {
            (await Run.ProgramAsync("rm", ["-rf", store.FullName])).MustSucceed();
        }

        return archive;
    }
}
