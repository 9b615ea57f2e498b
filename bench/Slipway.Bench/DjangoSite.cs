namespace Slipway.Bench;

/// <summary>A startproject with one page that asks PostgreSQL and says which edit of the code it is.</summary>
internal sealed class DjangoSite : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("slipway-bench-");
    private int _edit;

    public string Folder => Path.Combine(_temporary.FullName, "site");

    public string Text => $"edit {_edit}";

    /// <param name="nonce">Makes the lock file one that was never seen.</param>
    public static async Task<DjangoSite> CreateAsync(string nonce)
    {
        var site = new DjangoSite();
        Directory.CreateDirectory(site.Folder);
        await Programs.RunAsync("django-admin", ["startproject", "site1", site.Folder]);
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "requirements.txt"), $"# {nonce}\nDjango\ngunicorn\npsycopg2-binary\ndjangorestframework\n");
        var urls = Path.Combine(site.Folder, "site1/urls.py");
        await File.WriteAllTextAsync(urls, (await File.ReadAllTextAsync(urls)).Replace("urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.page),", StringComparison.Ordinal));
        site.Edit();
        return site;
    }

    public void Edit()
    {
        _edit++;
        File.WriteAllText(Path.Combine(Folder, "site1/views.py"), $"""
            from django.db import connection
            from django.http import HttpResponse

            def page(request):
                with connection.cursor() as cursor:
                    cursor.execute("select 'edit {_edit}'")
                    return HttpResponse(cursor.fetchone()[0])

            """);
    }

    public void Dispose() => _temporary.Delete(recursive: true);
}
