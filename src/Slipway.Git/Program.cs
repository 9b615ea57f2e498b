using Slipway.Git;

// git runs this as a hook, without an argument; who else does sees what it is.
return args is [] && PreReceive.IsWanted
    ? await PreReceive.RunAsync()
    : Usage();

static int Usage()
{
    Console.Error.WriteLine("slipway-git is run by git on a Slipway server, for slipwayd. To push to an app: slipway git remote");
    return 2;
}
