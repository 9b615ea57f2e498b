using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

/// <summary>What a hostile slipwayd, or somebody who is not slipwayd at all, may send. The runner says no and stays well.</summary>
[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed partial class HostileTests(LiveRunner runner)
{
    public static TheoryData<string, string> Specs()
    {
        var data = new TheoryData<string, string>();
        void Add(string field, params string[] values)
        {
            foreach (var value in values) data.Add(field, value);
        }

        Add("id", "\"\"", "\"../etc\"", "\"a/b\"", "\"a\\u0000b\"", "\"UPPER\"", "null", "7", "\"-rf\"", $"\"{new string('a', 41)}\"");
        Add("app", "\"..\"", "\"-x\"", "\"a b c\"", "null");
        Add("name", "\"\"", "\"web\"", "\"../../x.1\"", "\"web.1\\n\"", "null");
        Add("kind", "\"root\"", "3", "null");
        Add("release", "-1", "\"x\"");
        Add("uid", "0", "1", "-1", "65534", "199999", "250000", "2147483648", "\"0\"");
        Add("layers", "[]", "[null]", "null", "[\"/etc\"]", "[\"sha256:../../../etc\"]", JsonSerializer.Serialize(Enumerable.Range(0, 17).Select(i => "sha256:" + i.ToString("x64"))), "[\"sha256:" + new string('b', 64) + "\",\"sha256:" + new string('b', 64) + "\"]");
        Add("command", "[]", "[\"\"]", "[null]", "[\"a\\u0000b\"]", "null", "\"sh -c id\"", JsonSerializer.Serialize(Enumerable.Repeat("x", 1001)));
        Add("environment", "{\"A B\":\"x\"}", "{\"A=B\":\"x\"}", "{\"\":\"x\"}", "{\"A\":null}", "{\"A\":\"\\u0000\"}", "null", JsonSerializer.Serialize(Enumerable.Range(0, 1001).ToDictionary(i => $"V{i}", _ => "x")));
        Add("working_directory", "\"\"", "\"relative\"", "\"/a/../b\"", "\"/a//b\"", "\"/a/\"", "null");
        Add("limits", "null", "{}", Limits(0, 1, 1, 1), Limits(-1, 1000, 64, 1 << 30), Limits(1 << 30, 0, 64, 1 << 30), Limits(1 << 30, 1000, 0, 1 << 30), Limits(1 << 30, 1000, 64, 0), Limits(1 << 30, 1000, 64, (1 << 30) + 1), Limits(long.MaxValue, 1000, 64, 1 << 30));
        Add("network", "\"host\"", "null");
        Add("addon_address", "7", "1", "255");
        Add("links", "{\"db\":7}", "{\"a b\":7}", "{\"db\":300}", "null");
        foreach (var target in (string[])["relative", "/", "/proc", "/proc/1", "/sys/kernel", "/dev", "/dev/shm", "/run/slipway", "/run/slipway/x", "/run", "/etc", "/etc/passwd", "/tmp", "/a/../proc", "/./proc", "//proc", "/a\u0000b", ""])
            Add("mounts", Mounts("volume", "data", target, false));
        Add("mounts", "null", "[null]", Mounts("volume", "../x", "/data", false), Mounts("volume", "/etc", "/data", false), Mounts("source", "sha256:zz", "/data", true), Mounts("source", "sha256:" + new string('a', 64), "/data", false), Mounts("package_index", "x", "/data", true), Mounts("layer", "sha256:" + new string('b', 64), "/data", true), Mounts("host", "/", "/data", false));
        Add("terminal", "{\"columns\":0,\"rows\":24}", "{\"columns\":80,\"rows\":70000}", "{\"columns\":80}");
        Add("surprise", "1");
        return data;
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public async Task A_hostile_spec_is_refused_and_leaves_nothing(string field, string value)
    {
        var before = Directory.GetFileSystemEntries(runner.Config.InstancesDirectory).Length;
        var spec = JsonSerializer.SerializeToNode(runner.Spec("true"), ContractsJson.Default.InstanceSpec)!.AsObject();
        spec[field] = JsonNode.Parse(value);
        foreach (var verb in (string[])["start", "run"])
        {
            var failure = await FailureAsync($$"""{"verb":"{{verb}}","body":{{spec.ToJsonString()}}}""");
            Assert.InRange(failure.Status, 400, 422);
            Assert.NotEqual("runner_failed", failure.Error.Id);
        }

        Assert.Equal(before, Directory.GetFileSystemEntries(runner.Config.InstancesDirectory).Length);
    }

    [Theory]
    [InlineData("exec", """{"id":"nobody","command":["id"],"environment":{},"working_directory":"/","terminal":null}""", "instance_not_found")]
    [InlineData("exec", """{"id":"nobody","command":[],"environment":{},"working_directory":"..","terminal":null}""", "invalid_exec")]
    [InlineData("exec", """{"id":"nobody","command":["id"]}""", "invalid_request")]
    [InlineData("stop", """{"id":"nobody","grace_seconds":-1}""", "invalid_grace")]
    [InlineData("stop", """{"id":"nobody","grace_seconds":3601}""", "invalid_grace")]
    [InlineData("stop", """{"grace_seconds":1}""", "invalid_request")]
    [InlineData("remove", """{"id":"../../etc"}""", "invalid_instance_id")]
    [InlineData("remove", "{}", "invalid_request")]
    [InlineData("stats", """{"id":"nobody"}""", "instance_not_found")]
    [InlineData("commit", """{"id":"nobody","paths":["/app"],"shared":true}""", "instance_not_found")]
    [InlineData("commit", """{"id":"nobody","paths":["/"],"shared":true}""", "invalid_commit")]
    [InlineData("commit", """{"id":"nobody","paths":["/a/../../etc"],"shared":true}""", "invalid_commit")]
    [InlineData("commit", """{"id":"nobody","paths":["app"],"shared":true}""", "invalid_commit")]
    [InlineData("commit", """{"id":"nobody","paths":["/app","/app/x"],"shared":true}""", "invalid_commit")]
    [InlineData("commit", """{"id":"nobody","paths":[null],"shared":true}""", "invalid_commit")]
    [InlineData("commit", """{"id":"nobody","paths":[],"shared":true}""", "invalid_commit")]
    [InlineData("remove_layer", """{"digest":"../../etc"}""", "invalid_digest")]
    [InlineData("build_stack", """{"name":"../python","rebuild":true}""", "invalid_stack_name")]
    [InlineData("build_stack", """{"name":"windows","rebuild":true}""", "unknown_stack")]
    [InlineData("create_volume", """{"app":"demo","name":"..","uid":200001,"size_bytes":0}""", "invalid_volume_name")]
    [InlineData("create_volume", """{"app":"demo","name":"data","uid":0,"size_bytes":0}""", "invalid_volume")]
    [InlineData("create_volume", """{"app":"demo","name":"data","uid":200001,"size_bytes":-1}""", "invalid_volume")]
    [InlineData("create_volume", """{"app":"demo","name":"data","uid":200001,"size_bytes":9223372036854775807}""", "invalid_volume")]
    [InlineData("remove_volume", """{"app":"../x","name":"data","uid":200001,"size_bytes":0}""", "invalid_app_name")]
    [InlineData("remove_logs", """{"app":".."}""", "invalid_app_name")]
    [InlineData("remove_logs", "null", "invalid_request")]
    [InlineData("format_disk", "{}", "invalid_request")]
    [InlineData("0", "{}", "invalid_request")]
    public async Task A_hostile_argument_is_refused_by_name(string verb, string body, string error) =>
        Assert.Equal(error, (await FailureAsync($$"""{"verb":"{{verb}}","body":{{body}}}""")).Error.Id);

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"verb\":\"start\"}")]
    [InlineData("{\"verb\":\"start\",\"body\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}")]
    public async Task What_is_no_request_is_told_so(string payload) =>
        Assert.Equal(400, (await FailureAsync(payload)).Status);

    [Fact]
    public async Task A_frame_that_claims_to_be_huge_is_not_waited_for()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(runner.Config.RunnerSocket), LiveRunner.Cancel);
        await socket.SendAsync(new byte[] { 0, 0x7f, 0xff, 0xff, 0xff }, LiveRunner.Cancel);
        Assert.Equal("invalid_request", (await ReadFailureAsync(new FrameStream(new NetworkStream(socket)))).Error.Id);
    }

    [Fact]
    public async Task A_stranger_is_told_nothing()
    {
        // Credentials are a thread's own when set by the bare system call; nothing else may run in or come from that thread.
        var buffer = new byte[65536];
        var read = 0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                const int daemonGroup = 1, nobody = 65534;
                if (SetGroup(daemonGroup) != 0 || SetUser(nobody) != 0) throw new InvalidOperationException("cannot become nobody");
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(runner.Config.RunnerSocket));
                // Nothing is sent: the refusal comes of who asks, and may have closed the socket already.
                read = socket.Receive(buffer);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        await Task.Run(thread.Join, LiveRunner.Cancel);
        Assert.Null(failure);
        var (type, payload) = ((uint)buffer[0], buffer[5..read]);
        Assert.Equal((uint)FrameType.Error, type);
        Assert.Equal("peer_refused", JsonSerializer.Deserialize(payload, ContractsJson.Default.RunnerFailure)!.Error.Id);
    }

    [Fact]
    public async Task A_source_that_is_a_link_to_elsewhere_is_not_mounted()
    {
        var digest = "sha256:" + new string('c', 64);
        Directory.CreateDirectory(runner.Config.SourcesDirectory);
        var link = Path.Combine(runner.Config.SourcesDirectory, digest.Replace(':', '-'));
        File.CreateSymbolicLink(link, "/etc");
        var spec = runner.Spec("ls", "/source") with { Mounts = [new Mount(MountKind.Source, digest, "/source", true)] };
        Assert.Equal("source_missing", (await Assert.ThrowsAsync<Contracts.Errors.SlipwayException>(() => runner.StartAsync(spec))).Error.Id);
        File.Delete(link);
        Directory.CreateDirectory(link);
        await File.WriteAllTextAsync(link + "/manage.py", "", LiveRunner.Cancel);
        var outcome = await runner.RunAsync(spec with { Command = ["sh", "-c", "ls /source; touch /source/x"] });
        Assert.Equal("manage.py\n", outcome.Output);
        Assert.Contains("Read-only file system", outcome.Error);
    }

    private async Task<RunnerFailure> FailureAsync(string payload)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(runner.Config.RunnerSocket), LiveRunner.Cancel);
        var frames = new FrameStream(new NetworkStream(socket));
        await frames.WriteAsync(FrameType.Request, Encoding.UTF8.GetBytes(payload), LiveRunner.Cancel);
        return await ReadFailureAsync(frames);
    }

    private static async Task<RunnerFailure> ReadFailureAsync(FrameStream frames)
    {
        var frame = await frames.ReadAsync(LiveRunner.Cancel);
        Assert.Equal(FrameType.Error, frame!.Value.Type);
        return JsonSerializer.Deserialize(frame.Value.Payload.Span, ContractsJson.Default.RunnerFailure)!;
    }

    private static string Limits(long memory, int cpu, int pids, long disk) => $$"""{"memory_bytes":{{memory}},"cpu_millis":{{cpu}},"pids":{{pids}},"disk_bytes":{{disk}}}""";

    private static string Mounts(string kind, string name, string target, bool readOnly) =>
        new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = name, ["target"] = target, ["read_only"] = readOnly }).ToJsonString();

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static nint SetGroup(nint id) => SystemCall(IsArm ? 149 : 119, id, id, id);

    private static nint SetUser(nint id) => SystemCall(IsArm ? 147 : 117, id, id, id);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c);
}
