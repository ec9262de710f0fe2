using System.CommandLine;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Inference;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Options shared by the commands: the picture and the detection detail.</summary>
internal sealed class PipelineOptions
{
    private Option<FileInfo> Picture { get; } = new("--picture")
    {
        Description = "Picture to analyze.",
        DefaultValueFactory = static _ => new FileInfo(Pictures.PortraitPath),
    };

    private Option<DetectionDetail> Detail { get; } = new("--detail")
    {
        Description = "Detection detail.",
        DefaultValueFactory = static _ => DetectionDetail.Fast,
    };

    private Option<int> IntraOpThreads { get; } = new("--intra-op")
    {
        Description = "Threads per model run.",
        DefaultValueFactory = static _ => 1,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Picture);
        command.Options.Add(Detail);
        command.Options.Add(IntraOpThreads);
    }

    /// <summary>Reads the picture and the analysis options from the command line.</summary>
    public (byte[] Picture, AnalysisOptions Analysis) Read(ParseResult result) =>
        (File.ReadAllBytes(result.GetValue(Picture)!.FullName), new AnalysisOptions { Detail = result.GetValue(Detail) });

    /// <summary>Loads and warms up the pipeline that the options ask for.</summary>
    public FacePipeline Load(ParseResult result)
    {
        var pipeline = FacePipeline.Load(new VisionOptions
        {
            IntraOpThreads = result.GetValue(IntraOpThreads),
        });
        pipeline.WarmUp();
        return pipeline;
    }
}
