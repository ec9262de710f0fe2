using System.CommandLine;

// One class a verb, in Commands/, each with `public static Command Create()`.
var root = new RootCommand("Converts the face detectors; trains, evaluates and quantizes the mask classifier.");

return await root.Parse(args).InvokeAsync();
