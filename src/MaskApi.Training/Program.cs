using System.CommandLine;
using MaskApi.Training.Commands;

// One class a verb, in Commands/, each with `public static Command Create()`.
var root = new RootCommand("Converts the face detectors; trains, evaluates and quantizes the mask classifier.")
{
    ConvertDetectorCommand.Create(),
    CropsCommand.Create(),
    CrossValidateCommand.Create(),
    EvaluateCommand.Create(),
    FetchCommand.Create(),
    PackDetectorDataCommand.Create(),
    QuantizeCommand.Create(),
    TrainCommand.Create(),
    TuneDetectorCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
