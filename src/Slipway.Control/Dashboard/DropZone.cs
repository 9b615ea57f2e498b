namespace Slipway.Control.Dashboard;

/// <summary>Where a folder or an archive is dropped; <c>upload.js</c> does the rest.</summary>
internal static class DropZone
{
    /// <param name="app">The app to deploy to; null for a new one.</param>
    public static Html Draw(string? app, string title) => Html.Of($"""
        <section class="drop" data-drop="{app}" aria-label="Deploy by dropping files">
          <div class="invite">
            <svg viewBox="0 0 48 48" width="44" height="44" aria-hidden="true"><path d="M24 31V9m0 0-8 8m8-8 8 8M8 29v8a3 3 0 0 0 3 3h26a3 3 0 0 0 3-3v-8"/></svg>
            <p class="lead">{title}</p>
            <p class="muted">A whole folder, or a .zip or .tar.gz of one: Python, PHP, Node, static pages, anything with a Procfile.</p>
            <p class="choose">
              <label class="button">Choose a folder<input type="file" data-choose="folder" webkitdirectory multiple hidden></label>
              <label class="button">Choose an archive<input type="file" data-choose="archive" accept=".zip,.tar,.tgz,.gz" hidden></label>
            </p>
          </div>
          <div class="progress" data-progress hidden></div>
        </section>
        """);
}
