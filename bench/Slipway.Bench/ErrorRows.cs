namespace Slipway.Bench;

/// <summary>
/// An app's requests while it sends 50,000 errors in a minute, beside the same without: as SDKs send, who keep quiet when they are
/// told to, and as somebody who does not listen.
/// </summary>
internal sealed class ErrorRows(Server server)
{
    private const string App = "bench"; // wrk's Host
    private const int Errors = 50_000, Seconds = 60, Measured = 20, Connections = 8;

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
        rude, began, counts, quiet = sys.argv[1] == 'rude', time.time(), {}, 0
        door = None
        for sent in range({{Errors}}):
            late = began + sent * {{Seconds}} / {{Errors}} - time.time()
            if late > 0: time.sleep(late)
            if time.time() < quiet and not rude:
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
        await File.WriteAllTextAsync(Path.Combine(folder, "Procfile"), "web: gunicorn page:application\npolite: python storm.py polite\nrude: python storm.py rude\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "page.py"), Web);
        await File.WriteAllTextAsync(Path.Combine(folder, "storm.py"), Storm);
        await File.WriteAllTextAsync(Path.Combine(folder, "requirements.txt"), "gunicorn\n");
        await server.SlipwayAsync(folder, "deploy", "--app", App);
        try
        {
            var results = new List<Result>();
            await Rate(); // warms up
            foreach (var (type, what) in ((string, string)[])[("polite", "an SDK's"), ("rude", "of one who does not listen")])
            {
                var (before, disk) = (await Rate(), Disk());
                await server.SlipwayAsync("/", "scale", $"{type}=1", "--app", App);
                await Task.Delay(TimeSpan.FromSeconds(5));
                var during = await Rate();
                await Task.Delay(TimeSpan.FromSeconds(Seconds - Measured + 10));
                await server.SlipwayAsync("/", "scale", $"{type}=0", "--app", App);
                var after = await Rate();
                results.Add(new("m", $"app's requests in a storm of 50,000 errors, {what}", during, "the same app in peace", (before + after) / 2, "req/s", "≥ 0.95×"));
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

    private async Task<double> Rate() => (await Wrk.RunAsync($"http://127.0.0.1:{server.Config.HttpPort}/", Connections, Measured)).PerSecond;

    private long Disk() => Directory.EnumerateFiles(server.Config.ControlDirectory, "slipway.db*").Sum(file => new FileInfo(file).Length);
}
