#include <vector>

struct Customer {
  int id;
  int region;
  double discount;
};

struct Order {
  int number;
  int customer;
  double amount;
};

struct Invoice {
  int order;
  int region;
  double due;
};

// Joins orders and customers: an invoice for each order and each customer record of its number, in the order of the orders.
std::vector<Invoice> join_orders(const std::vector<Order> &orders, const std::vector<Customer> &customers) {
  std::vector<Invoice> invoices;
  for (auto order : orders) {
    for (auto customer : customers) {
      if (customer.id == order.customer) {
        Invoice invoice;
        invoice.order = order.number;
        invoice.region = customer.region;
        invoice.due = order.amount * (1.0 - customer.discount);
        invoices.push_back(invoice);
      }
    }
  }
  return invoices;
}
