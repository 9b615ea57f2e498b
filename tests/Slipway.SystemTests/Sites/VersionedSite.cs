using System.Globalization;

namespace Slipway.SystemTests.Sites;

/// <summary>A Django project of one page, which asks the database and says the number of its code.</summary>
internal static class VersionedSite
{
    public static async Task<Folder> CreateAsync(string name)
    {
        var folder = Folder.Empty(name);
        await CreateAsync(name, folder);
        return folder;
    }

    public static async Task CreateAsync(string name, Folder folder)
    {
        await folder.StartprojectAsync(name);
        folder.Replace($"{name}/urls.py", "urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.version),");
        Set(folder, name, 1);
    }

    public static void Set(Folder folder, string name, int version) => folder.Write($"{name}/views.py", string.Create(CultureInfo.InvariantCulture, $"""
        from django.db import connection
        from django.http import HttpResponse

        def version(request):
            with connection.cursor() as cursor:
                cursor.execute('select %s', [{version}])
                return HttpResponse('version %d.' % cursor.fetchone())

        """));

    /// <returns>0 where the answer is not that page.</returns>
    public static int Of(string answer) =>
        answer.StartsWith("version ", StringComparison.Ordinal) && answer.EndsWith('.')
            ? int.Parse(answer.AsSpan(8, answer.Length - 9), NumberStyles.None, CultureInfo.InvariantCulture)
            : 0;
}
