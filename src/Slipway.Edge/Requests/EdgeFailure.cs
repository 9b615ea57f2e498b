namespace Slipway.Edge.Requests;

/// <summary>
/// A request that the edge itself answers, or that broke under way. Codes and their status are Heroku's, so that what
/// people know and their log alerts hold; those Heroku has no code for have none.
/// </summary>
/// <param name="Code">Heroku's code: <c>H12</c>; empty where it has none.</param>
/// <param name="Id">Stable id in JSON answers.</param>
/// <param name="Description">As Heroku's router logs it.</param>
/// <param name="Title">For a visitor.</param>
/// <param name="Explanation">For a visitor: what it means.</param>
/// <param name="Remedy">For the app's owner.</param>
internal sealed record EdgeFailure(int Status, string Code, string Id, string Description, string Title, string Explanation, string Remedy)
{
    public static EdgeFailure UnknownHost { get; } = new(404, "", "unknown_host", "No such app",
        "There is no app here", "No app answers to this address. Perhaps it was misspelled, or the app was renamed or removed.",
        "See your apps with `slipway apps`; add this address to one with `slipway domains add`.");

    public static EdgeFailure NoSuchPage { get; } = new(404, "", "no_such_page", "No such page",
        "There is no page here", "The address may be misspelled, or the page was moved or removed.",
        "The site has no file for this path; a 404.html in its folder replaces this page.");

    public static EdgeFailure FilesOnly { get; } = new(405, "", "files_only", "Method not allowed",
        "This site only shows pages", "It is made of files, so nothing can be sent to it.",
        "A form needs an app behind it; a static site answers GET and HEAD only.");

    public static EdgeFailure Maintenance { get; } = new(503, "H80", "maintenance", "Maintenance mode",
        "Down for maintenance", "This site is being worked on and will be back soon.",
        "End it with `slipway maintenance off`.");

    public static EdgeFailure NoWebProcesses { get; } = new(503, "H14", "no_web_processes", "No web processes running",
        "Nothing is running here yet", "This app exists but has no web process to answer with.",
        "Deploy it with `slipway deploy`, or start one with `slipway scale web=1`.");

    public static EdgeFailure Crashed { get; } = new(503, "H10", "app_crashed", "App crashed",
        "This app has crashed", "It was started and stopped again by itself. Please try again in a little while.",
        "`slipway logs` says why; `slipway rollback` brings the last good release back.");

    public static EdgeFailure Timeout { get; } = new(503, "H12", "request_timeout", "Request timeout",
        "This app took too long", "It accepted the request and then did not answer in time.",
        "`slipway logs` shows what it was doing; move slow work to a worker process.");

    public static EdgeFailure NoResponse { get; } = new(503, "H13", "no_response", "Connection closed without response",
        "This app hung up", "It accepted the request and closed the connection without an answer.",
        "`slipway logs` shows whether its process was killed; `slipway ps` shows its memory.");

    public static EdgeFailure Backlog { get; } = new(503, "H11", "backlog_too_deep", "Backlog too deep",
        "This app is starting", "Too many visitors wait for it already. Please try again in a little while.",
        "`slipway ps` shows how far its instances are, `slipway logs` what they say.");

    public static EdgeFailure BootTimeout { get; } = new(503, "H20", "app_boot_timeout", "App boot timeout",
        "This app is still starting", "It did not come up in time. Please try again in a little while.",
        "`slipway logs` shows what its process does before it listens on $PORT.");

    public static EdgeFailure IdleConnection { get; } = new(503, "H15", "idle_connection", "Idle connection",
        "This app went silent", "It began to answer and then sent nothing more.", "`slipway logs` shows what it was doing.");

    public static EdgeFailure BadResponse { get; } = new(503, "H17", "bad_response", "Poorly formatted HTTP response",
        "This app answered unintelligibly", "What it sent is not HTTP.", "Check what listens on $PORT: it must speak HTTP/1.1.");

    public static EdgeFailure Interrupted { get; } = new(503, "H18", "server_interrupted", "Server request interrupted",
        "This app hung up", "It closed the connection in the middle of a request.", "`slipway logs` shows whether its process was killed.");

    public static EdgeFailure ConnectTimeout { get; } = new(503, "H19", "connect_timeout", "Backend connection timeout",
        "This app cannot be reached", "It did not accept a connection in time.", "`slipway ps` shows its instances, `slipway logs` what they do.");

    public static EdgeFailure Refused { get; } = new(503, "H21", "connection_refused", "Backend connection refused",
        "This app cannot be reached", "None of its processes accepts connections right now. Please try again in a moment.",
        "`slipway ps` shows its instances, `slipway logs` what they say.");

    public static EdgeFailure ClientGone { get; } = new(499, "H27", "client_interrupted", "Client request interrupted", "", "", "");

    public static EdgeFailure BodyTooLarge { get; } = new(413, "", "body_too_large", "Request body too large",
        "That is too large", "The upload is larger than this app accepts.", "The limit is the app's route setting for the size of a request body.");

    public static EdgeFailure ControlUnavailable { get; } = new(503, "", "control_unavailable", "slipwayd does not answer",
        "Slipway's control plane is not answering", "Apps are served all the same; only deploys, settings and the dashboard wait for it.",
        "On the server, look at slipwayd's log; its supervisor should have restarted it.");

    public static EdgeFailure Platform { get; } = new(500, "H99", "platform_error", "Platform error",
        "The router failed", "This is a defect of Slipway's router, not of the app.", "The server's slipway-edge log has the details under this request id.");

    public static EdgeFailure BadRequest(int status, string reason) => new(status, "", "bad_request", reason,
        "The request was not understood", reason, "The request never reached the app.");
}
