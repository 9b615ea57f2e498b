namespace Slipway.Bench;

/// <summary>
/// An app's requests while it sends 50,000 errors in a minute, beside the same without: as tracebacks in its log, as SDKs send,
/// who keep quiet when they are told to, and as somebody who does not listen.
/// </summary>
/// <remarks>
/// The machine is shared, and what it gives changes from second to second: so the storm is stopped and let go on by turns, and of
/// the ratios of all pairs the one in the middle counts.
/// </remarks>
internal sealed class ErrorRows(Server server)
{
    private const string App = "bench"; // wrk's Host
    private const int Errors = 50_000, Seconds = 60, Pairs = 30, Connections = 8;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(0.3);

    private const string Web = """
        def application(environ, start_response):
            body = b'x' * 200
            start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
            return [body]
        """;

    /// <summary>Little of the processor goes into sending: it is one socket and one text.</summary>
    private static readonly string Storm = $$"""
        import json, os, re, socket, sys, time
        key, host, port, project = re.match('http://(.+)@(.+):(.+)/(.+)', os.environ['SENTRY_DSN']).groups()
        frames = [{'filename': f'/app/part{n}.py', 'module': f'part{n}', 'function': 'work', 'lineno': n, 'in_app': True, 'context_line': 'work()', 'vars': {'n': str(n) * 40} } for n in range(30)]
        event = json.dumps({'level': 'error', 'exception': {'values': [{'type': 'StormError', 'value': 'again', 'stacktrace': {'frames': frames} }] } }).encode()
        body = b'{}\n{"type":"event","length":%d}\n%s\n' % (len(event), event)
        request = f'POST /api/{project}/envelope/ HTTP/1.1\r\nHost: {host}\r\nX-Sentry-Auth: Sentry sentry_key={key}\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body
        how, began, counts, quiet = sys.argv[1], time.time(), {}, 0
        traceback = ('Traceback (most recent call last):\n' + ''.join(f'  File "/app/part{n}.py", line {n}, in work\n    work()\n' for n in range(30)) + 'StormError: again\n').encode()
        door = None
        for sent in range({{Errors}}):
            late = began + sent * {{Seconds}} / {{Errors}} - time.time()
            if late > 0: time.sleep(late)
            if late < -1: began -= late # it was stopped; what was not sent then is not sent at once
            if how == 'logged':
                os.write(2, traceback)
                continue
            if time.time() < quiet and how == 'polite':
                counts['held'] = counts.get('held', 0) + 1
                continue
            if door is None: door = socket.create_connection((host, int(port)))
            try:
                door.sendall(request)
                answer = door.recv(65536)
            except OSError:
                answer = b''
            if not answer:
                door = None
                continue
            status = answer[9:12].decode()
            counts[status] = counts.get(status, 0) + 1
            if status == '429': quiet = time.time() + 10
        print('storm', json.dumps(counts), flush=True)
        time.sleep(3600)
        """;

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Procfile"), "web: gunicorn page:application\nlogged: python storm.py logged\npolite: python storm.py polite\nrude: python storm.py rude\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "page.py"), Web);
        await File.WriteAllTextAsync(Path.Combine(folder, "storm.py"), Storm);
        await File.WriteAllTextAsync(Path.Combine(folder, "requirements.txt"), "gunicorn\n");
        await server.SlipwayAsync(folder, "deploy", "--app", App);
        try
        {
            var results = new List<Result>();
            await Wrk.RunAsync(Url, Connections, seconds: 10); // warms up
            foreach (var (type, what) in ((string, string)[])[("logged", "tracebacks in the log"), ("polite", "an SDK's"), ("rude", "of one who does not listen")])
            {
                var disk = Disk();
                await server.SlipwayAsync("/", "scale", $"{type}=1", "--app", App);
                await Task.Delay(TimeSpan.FromSeconds(3));
                var (during, peace) = await MeasureAsync($"python storm.py {type}");
                await server.SlipwayAsync("/", "scale", $"{type}=0", "--app", App);
                results.Add(new("m", $"50,000 errors in a minute: {what}", during, "the same app in peace", peace, "req/s", "≥ 0.95×"));
                results.Add(new("m", "the same: slipwayd's database and its log grew by", (Disk() - disk) / 1e6, "what an app may keep", 8.4, "MB", "≤ 1×"));
            }

            Console.Error.WriteLine(await server.SlipwayAsync("/", "errors", "--json", "--app", App));
            return results;
        }
        finally
        {
            await server.DestroyAsync(App);
            Directory.Delete(folder, recursive: true);
        }
    }

    private string Url => $"http://127.0.0.1:{server.Config.HttpPort}/";

    /// <returns>Requests a second in the storm and in peace.</returns>
    private async Task<(double During, double Peace)> MeasureAsync(string command)
    {
        var storm = (await Programs.RunAsync("pgrep", ["-f", command])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var pairs = new List<(double During, double Peace)>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (during, peace) = (0.0, 0.0);
            foreach (var isStorm in pair % 2 == 0 ? (bool[])[true, false] : [false, true])
            {
                await Programs.RunAsync("kill", [isStorm ? "-CONT" : "-STOP", .. storm]);
                await Task.Delay(Settle);
                var rate = (await Wrk.RunAsync(Url, Connections, Seconds / Pairs)).PerSecond;
                if (isStorm) during = rate;
                else peace = rate;
            }

            pairs.Add((during, peace));
        }

        await Programs.RunAsync("kill", ["-CONT", .. storm]);
        var inPeace = Measure.Median(pairs.Select(pair => pair.Peace));
        return (inPeace * Measure.Median(pairs.Select(pair => pair.During / pair.Peace)), inPeace);
    }

    private long Disk() => Directory.EnumerateFiles(server.Config.ControlDirectory, "slipway.db*").Sum(file => new FileInfo(file).Length);
}
