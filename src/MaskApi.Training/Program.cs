using System.CommandLine;
using MaskApi.Training.Commands;

// One class per verb, in Commands/, each with `public static Command Create()`.
var root = new RootCommand("Converts the face detectors; trains and evaluates the mask classifier.")
{
    CalibrateDetectorCommand.Create(),
    CleanLabelsCommand.Create(),
    ConvertDetectorCommand.Create(),
    CropsCommand.Create(),
    CrossValidateCommand.Create(),
    EvaluateCommand.Create(),
    FetchCommand.Create(),
    FitFaceHeadCommand.Create(),
    PackDetectorDataCommand.Create(),
    TrainCommand.Create(),
    TuneDetectorCommand.Create(),
};

// On Ctrl-C, a run ends its step, says so and leaves a complete checkpoint. Only afterwards would it be killed.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
