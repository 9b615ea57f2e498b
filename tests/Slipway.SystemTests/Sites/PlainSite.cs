namespace Slipway.SystemTests.Sites;

/// <summary>The smallest Python app: one file, no dependencies, live in a few seconds.</summary>
internal static class PlainSite
{
    public static Folder Create(string name, string answer)
    {
        var folder = Folder.Empty(name);
        folder.Write("Procfile", "web: python server.py\n");
        Say(folder, answer);
        return folder;
    }

    public static void Say(Folder folder, string answer) => folder.Write("server.py", $$"""
        import http.server, os

        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                print('asked for', self.path, flush=True)
                self.send_response(200)
                self.end_headers()
                self.wfile.write('{{answer}}'.encode())

        http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Page).serve_forever()

        """);

    public static void Break(Folder folder) => folder.Write("server.py", "raise SystemExit('the mast is broken')\n");
}
