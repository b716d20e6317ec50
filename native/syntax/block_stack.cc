#include "syntax/block_stack.h"

namespace dxpy::syntax {

void BlockStack::Push(Blocks kind, DefinitionId definition, Indentation indentation) {
  const BlockFrame& outer = top();
  BlockFrame frame;
  frame.own = kind;
  frame.within = outer.within | kind;
  frame.indentation = indentation;
  if ((kind & kInDefinition) != 0) {
    frame.definition = definition;
  } else {
    frame.definition = outer.definition;
    frame.since = outer.since | kind;
  }
  frames_.push_back(frame);
}

DefinitionId BlockStack::Pop() {
  const BlockFrame frame = frames_.back();
  frames_.pop_back();
  return (frame.own & kInDefinition) != 0 ? frame.definition : kNoDefinition;
}

}  // namespace dxpy::syntax
