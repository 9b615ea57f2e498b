"""ASP.NET Core: `dependencies` makes /nuget, the packages; `app` publishes the project to /app."""
