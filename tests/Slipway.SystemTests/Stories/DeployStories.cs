using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

public sealed class DeployStories(Platform platform)
{
    [Fact]
    public async Task A_bare_startproject_lives_a_whole_life_unmodified()
    {
        using var folder = Folder.Empty("bareproject");
        await folder.StartprojectAsync("bareproject");
        await new Lifecycle(platform, folder, "bareproject",
            (site, cli) => Admin.ShowUserAsync(site, cli, "bareproject"),
            project =>
            {
                project.Write("bareproject/views.py", "from django.http import HttpResponse\n\ndef hello(request):\n    return HttpResponse('second release')\n");
                project.Replace("bareproject/urls.py", "urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.hello),");
            },
            "/", "second release").RunAsync();
    }
}
