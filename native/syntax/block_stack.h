#pragma once

#include <cstdint>
#include <vector>

#include "syntax/indentation.h"
#include "syntax/outline.h"

namespace dxpy::syntax {

/// What the statements in a block have in common.
struct BlockFrame {
  Blocks own = 0;     ///< the kind of the block itself; 0 for the module
  Blocks within = 0;  ///< this block and all around it
  Blocks since = 0;   ///< those up to the innermost definition
  /// The kind of the last compound statement in this block: what `else` belongs to.
  Blocks last_header = 0;
  bool holds_cases = false;                 ///< the block of a `match`
  BlockId block = kNoBlock;                 ///< itself, or the innermost one up to `definition`
  BlockId last_block = kNoBlock;            ///< the one that `last_header` began or went on with
  DefinitionId definition = kNoDefinition;  ///< the innermost one
  Indentation indentation;
};

/// The blocks around the line that is being read, the module first. A block is
/// open from its first line to the first line that is indented less.
class BlockStack {
 public:
  BlockStack() : frames_(1) {}

  [[nodiscard]] BlockFrame& top() { return frames_.back(); }
  [[nodiscard]] size_t depth() const { return frames_.size(); }

  /// Opens a block in the top one. `definition` is whose body it is, or none.
  void Push(Blocks kind, DefinitionId definition, Indentation indentation);

  /// Closes the top block. @returns the definition whose body it was, or none.
  DefinitionId Pop();

  /// Whether a block that is indented so may follow in the top one.
  [[nodiscard]] bool CanOpen(Indentation indentation) const {
    const Indentation& outer = frames_.back().indentation;
    return indentation.column > outer.column && indentation.alternative > outer.alternative;
  }
  /// Whether a line that is indented so stands in the top block.
  [[nodiscard]] bool Fits(Indentation indentation) const {
    return indentation == frames_.back().indentation;
  }
  /// Whether such a line is indented less than the top block.
  [[nodiscard]] bool EndsTop(Indentation indentation) const {
    return indentation.column < frames_.back().indentation.column;
  }

 private:
  std::vector<BlockFrame> frames_;
};

}  // namespace dxpy::syntax
