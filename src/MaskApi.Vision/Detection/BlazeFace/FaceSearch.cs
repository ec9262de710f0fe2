namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>The state of one picture's search: the passes run so far and their reports.</summary>
internal sealed class FaceSearch : IDisposable
{
    private readonly List<DetectionPass> _passes = [];
    private readonly List<FaceReport> _reports = [];
    private readonly List<FaceCandidate> _answers = [];
    private readonly BoxList _boxes = new();
    private readonly PassFusion _fusion = new();
    private bool _isMerged;

    /// <summary>The passes run so far.</summary>
    internal IReadOnlyList<DetectionPass> Passes => _passes;

    /// <summary>The reports of all passes.</summary>
    internal IReadOnlyList<FaceReport> Reports => _reports;

    /// <summary>Total input pixels of the passes, which is what the search cost.</summary>
    internal long InputPixels
    {
        get
        {
            var sum = 0L;
            foreach (var pass in _passes)
            {
                sum += pass.InputPixels;
            }

            return sum;
        }
    }

    /// <summary>The faces found so far, best first; valid until the next pass.</summary>
    internal IReadOnlyList<FaceEvidence> Faces
    {
        get
        {
            if (!_isMerged)
            {
                _fusion.Merge(_reports, _passes);
                _isMerged = true;
            }

            return _fusion.Faces;
        }
    }

    /// <summary>An empty list for the next pass's raw detections, to be handed to <see cref="Add"/>.</summary>
    internal List<FaceCandidate> NewAnswers()
    {
        _answers.Clear();
        return _answers;
    }

    /// <summary>Adds a pass's raw detections.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="answers">Its raw detections; sorted on return.</param>
    internal void Add(DetectionPass pass, List<FaceCandidate> answers)
    {
        _passes.Add(pass);
        answers.RemoveAll(answer => !pass.Answers(answer.Box.Center));
        WeightedSuppression.Merge(answers, pass, _reports, _boxes);
        _isMerged = false;
    }

    /// <summary>Prepares for another picture but keeps the memory.</summary>
    internal void Clear()
    {
        _passes.Clear();
        _reports.Clear();
        _isMerged = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
