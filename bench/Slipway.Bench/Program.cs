using Slipway.Bench;

// `edge` alone measures only the edge's rows, which need no server of Slipway's, only its program.
if (args is ["edge"])
{
    Table.Print(await new EdgeRows(Environment.GetEnvironmentVariable("SLIPWAY_EDGE") ?? throw new InvalidOperationException("Start this with bench/edge.")).MeasureAsync());
    return 0;
}

var server = new Server();
var results = new List<Result>();
try
{
    // `ways` alone measures the ways in.
    if (args is ["ways"])
    {
        Table.Print(await new Ways(server).MeasureAsync());
        return 0;
    }

    // `errors` alone measures a storm of them.
    if (args is ["errors"])
    {
        Table.Print(await new ErrorRows(server).MeasureAsync());
        return 0;
    }

    // `api` alone measures the API and the log.
    if (args is ["api"])
    {
        Table.Print([.. await new LogRows(server).MeasureAsync(), .. await new ApiRows(server).MeasureAsync()]);
        return 0;
    }

    results.AddRange(await new Deploys(server).MeasureAsync());
    results.AddRange(await new InstanceStart(server).MeasureAsync());

    // Idle: nothing is asked of it while the garbage collectors come to rest.
    await Task.Delay(TimeSpan.FromSeconds(75));
    var memory = new Memory(server).Measure();
    results.AddRange(await new EdgeRows(server.EdgeProgram).MeasureAsync());
    results.AddRange(await new Ways(server).MeasureAsync());
    results.AddRange(await new LogRows(server).MeasureAsync());
    results.AddRange(await new ApiRows(server).MeasureAsync());
    results.AddRange(await new ErrorRows(server).MeasureAsync());
    results.Add(memory);
    Table.Print([.. results.OrderBy(r => r.Row)]);
    return 0;
}
finally
{
    await server.DestroyAllAsync();
}
