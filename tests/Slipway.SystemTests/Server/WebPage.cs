using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Io;

namespace Slipway.SystemTests.Server;

/// <summary>A page as a browser without scripts has it: what is in its forms is sent with what was filled in.</summary>
internal sealed class WebPage
{
    private readonly Site _site;
    private readonly IDocument _document;

    private WebPage(Site site, IDocument document) => (_site, _document) = (site, document);

    public string Title => _document.Title ?? "";
    public string Text => _document.Body?.TextContent ?? "";
    public string Html => _document.DocumentElement.OuterHtml;

    public static Task<WebPage> OpenAsync(Site site, string path) => FollowAsync(site, new HttpRequestMessage(System.Net.Http.HttpMethod.Get, new Uri(site.Url, path)));

    public string Value(string selector) => (_document.QuerySelector(selector) ?? throw new InvalidOperationException($"no {selector} in {Html}")) switch
    {
        IHtmlInputElement input => input.Value,
        IHtmlAnchorElement link => link.Href,
        var other => other.TextContent,
    };

    public bool Has(string selector) => _document.QuerySelector(selector) is not null;

    public WebPage Fill(string name, string value)
    {
        var fields = _document.QuerySelectorAll($"[name='{name}']").ToList();
        Assert.True(fields.Count > 0, $"'{Title}' has no field {name}: {Html}");
        foreach (var field in fields)
        {
            if (field is IHtmlInputElement { Type: "radio" } radio) radio.IsChecked = radio.Value == value;
            else if (field is IHtmlInputElement { Type: "checkbox" } box) box.IsChecked = value.Length > 0;
            else if (field is IHtmlInputElement input) input.Value = value;
            else if (field is IHtmlSelectElement choice) choice.Value = value;
            else if (field is IHtmlTextAreaElement area) area.Value = value;
        }

        return this;
    }

    /// <param name="button">CSS selector of what is pressed; it is in the form that is sent.</param>
    public async Task<WebPage> PressAsync(string button)
    {
        var pressed = _document.QuerySelector(button) as IHtmlElement ?? throw new InvalidOperationException($"no {button} in {Html}");
        var form = pressed.Closest("form") as IHtmlFormElement ?? throw new InvalidOperationException($"{button} is in no form");
        var sent = form.GetSubmission(pressed)!;
        using var body = new MemoryStream();
        if (sent.Body is not null) await sent.Body.CopyToAsync(body, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(new System.Net.Http.HttpMethod(sent.Method.ToString().ToUpperInvariant()), new Uri(sent.Target.Href));
        if (body.Length > 0) request.Content = new ByteArrayContent(body.ToArray()) { Headers = { { "Content-Type", sent.MimeType } } };
        request.Headers.Referrer = new Uri(_document.Url);
        return await FollowAsync(_site, request);
    }

    private static async Task<WebPage> FollowAsync(Site site, HttpRequestMessage request)
    {
        for (var hops = 0; hops < 10; hops++)
        {
            using var answer = await site.SendAsync(request);
            if (answer.Headers.Location is { } elsewhere && (int)answer.StatusCode is >= 301 and <= 308)
            {
                request = new HttpRequestMessage(System.Net.Http.HttpMethod.Get, new Uri(request.RequestUri!, elsewhere));
                continue;
            }

            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{request.RequestUri} answered {(int)answer.StatusCode}: {html}");
            var document = await BrowsingContext.New(Configuration.Default).OpenAsync(page => page.Content(html).Address(request.RequestUri!.AbsoluteUri), TestContext.Current.CancellationToken);
            return new WebPage(site, document);
        }

        throw new InvalidOperationException($"{request.RequestUri} leads from address to address without an end.");
    }
}
